//! Where it can be served besides a TCP port of its own: Unix sockets, and sockets that systemd has opened.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::Command;

use super::serving::configured;
use super::support::{Reply, Site, ask_over, wait};

fn ask(socket: &Path, path: &str) -> Option<Reply> {
    ask_over(UnixStream::connect(socket).ok()?, "GET", path, &[])
}

#[test]
fn a_unix_socket_is_for_everybody_the_operators_is_not_and_both_go_with_the_daemon() {
    let (_origin, site) = configured(Site::new());
    let folder = tempfile::tempdir().unwrap();
    let public = folder.path().join("http.sock");
    let admin = folder.path().join("admin.sock");
    let own = format!("listen = \"{}\"", site.address());
    site.replace(&own, &format!("listen = \"unix:{}\"", public.display()));
    let text = fs::read_to_string(site.config()).unwrap();
    let line = text
        .lines()
        .find(|line| line.starts_with("admin = "))
        .unwrap();
    site.replace(line, &format!("admin = \"unix:{}\"", admin.display()));
    // What a daemon that was killed has left is no hindrance.
    drop(UnixListener::bind(&public).unwrap());
    let daemon = site.start();
    wait("it is published", || {
        ask(&public, "/it/atom.xml").is_some_and(|reply| reply.text().contains("n8 di a"))
    });
    assert_eq!(ask(&admin, "/healthz").unwrap().text(), "ok\n");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&public), mode(&admin)), (0o666, 0o660));

    // A second daemon takes nothing away.
    let second = Site::new();
    second.configure("");
    second.replace(
        &format!("listen = \"{}\"", second.address()),
        &format!("listen = \"unix:{}\"", public.display()),
    );
    let ran = second.run("run", &[]);
    assert_eq!(ran.code, 3, "{ran:?}");
    let expected = "another program listens there; change `serve.listen`, or set it to \"off\"";
    assert!(ran.err.contains(expected), "{ran:?}");
    assert_eq!(ask(&public, "/it/atom.xml").unwrap().status, 200);

    daemon.stop();
    assert!(!public.exists() && !admin.exists());
}

#[test]
fn a_file_in_the_way_of_a_socket_stays() {
    let site = Site::new();
    site.configure("");
    let file = site.data().with_file_name("note.txt");
    fs::write(&file, "mine").unwrap();
    site.replace(
        &format!("listen = \"{}\"", site.address()),
        &format!("listen = \"unix:{}\"", file.display()),
    );
    let ran = site.run("run", &[]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}

/// `command`, started with listening sockets in place, as systemd does it.
fn activated(command: &Command, names: &str, sockets: &[&str]) -> Command {
    // Python opens the sockets and becomes the program, which so has the process id that is named.
    let script = "
import os, socket, sys
names, count = sys.argv[1], int(sys.argv[2])
for place, where in enumerate(sys.argv[3:3 + count]):
    if where.startswith('/'):
        made = socket.socket(socket.AF_UNIX)
        made.bind(where)
    else:
        made = socket.socket()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        host, port = where.split(':')
        made.bind((host, int(port)))
    made.listen()
    os.dup2(made.detach(), 100 + place)
for place in range(count):
    os.dup2(100 + place, 3 + place)
os.environ.update(LISTEN_FDS=str(count), LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES=names)
os.execv(sys.argv[3 + count], sys.argv[3 + count:])
";
    let mut python = Command::new("python3");
    python.args(["-c", script, names, &sockets.len().to_string()]);
    python.args(sockets);
    python.arg(command.get_program()).args(command.get_args());
    python
}

#[test]
fn sockets_that_systemd_has_opened_are_taken_by_their_names() {
    let (_origin, site) = configured(Site::new());
    let folder = tempfile::tempdir().unwrap();
    let admin = folder.path().join("admin.sock");
    let own = format!("listen = \"{}\"", site.address());
    site.replace(&own, "listen = \"systemd\"");
    let text = fs::read_to_string(site.config()).unwrap();
    let line = text
        .lines()
        .find(|line| line.starts_with("admin = "))
        .unwrap();
    site.replace(line, "admin = \"systemd\"");
    let sockets = [admin.to_str().unwrap(), &site.address()];
    for names in ["admin:listen", "admin:rassegna.socket"] {
        let daemon = site.start_as(activated(&site.command("run"), names, &sockets));
        wait("it is published", || {
            std::net::TcpStream::connect(site.address()).is_ok_and(|_| {
                site.public("GET", "/it/atom.xml", &[])
                    .text()
                    .contains("n8 di a")
            })
        });
        assert_eq!(ask(&admin, "/healthz").unwrap().text(), "ok\n");
        daemon.stop();
        // The socket is systemd's, and stays for the next start.
        assert!(admin.exists());
        fs::remove_file(&admin).unwrap();
    }
}

#[test]
fn without_the_socket_that_systemd_should_pass_it_says_so() {
    let site = Site::new();
    site.configure("");
    site.replace(
        &format!("listen = \"{}\"", site.address()),
        "listen = \"systemd\"",
    );
    let ran = site.run("run", &[]);
    assert_eq!(ran.code, 3, "{ran:?}");
    let expected =
        "cannot listen on systemd: systemd has passed no socket with `FileDescriptorName=listen`";
    assert!(ran.err.contains(expected), "{ran:?}");
}
