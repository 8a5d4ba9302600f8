//! A connection that tells its place what its client does.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::places::Place;

/// How long, and for how many bytes, a client is listened to that still sends after the last answer.
const LINGER: (Duration, usize) = (Duration::from_secs(1), 256 << 10);

/// A connection; `S` is the socket.
pub(super) struct Watched<S> {
    socket: S,
    place: Arc<Place>,
    /// After the last answer: how long to go on listening, and how much was heard.
    lingering: Option<(Pin<Box<Sleep>>, usize)>,
}

impl<S> Watched<S> {
    pub(super) fn new(socket: S, place: Arc<Place>) -> Self {
        Self {
            socket,
            place,
            lingering: None,
        }
    }

    /// Notes what the client has taken.
    fn noted<T>(&self, written: Poll<T>) -> Poll<T> {
        if written.is_ready() {
            self.place.used();
            self.place.answered();
        }
        written
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let read = Pin::new(&mut this.socket).poll_read(cx, buffer);
        if read.is_ready() {
            this.place.used();
        }
        read
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.socket).poll_write(cx, bytes);
        this.noted(written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.socket).poll_write_vectored(cx, slices);
        this.noted(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_flush(cx)
    }

    /// Says that nothing more comes, and hears out for a while what the client is still sending: closing with bytes
    /// unread resets a connection, and the client might lose the answer that tells it why.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let (time, most) = LINGER;
        if this.lingering.is_none() && ready!(Pin::new(&mut this.socket).poll_shutdown(cx)).is_err()
        {
            return Poll::Ready(Ok(()));
        }
        let (end, heard) = this
            .lingering
            .get_or_insert_with(|| (Box::pin(sleep(time)), 0));
        let mut bytes = [0; 4_096];
        while *heard < most {
            let mut buffer = ReadBuf::new(&mut bytes);
            match Pin::new(&mut this.socket).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    *heard += buffer.filled().len();
                }
                Poll::Ready(_) => break,
                Poll::Pending => return end.as_mut().poll(cx).map(Ok),
            }
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tokio::io::{AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::Instant;

    use super::super::places::Places;
    use super::*;

    fn connection() -> (Watched<DuplexStream>, DuplexStream) {
        let (ours, theirs) = duplex(1_000);
        let place = Places::new(1, Duration::from_secs(30)).take();
        (Watched::new(ours, Arc::new(place)), theirs)
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_client_is_still_sending_is_heard_out_within_bounds() {
        let (mut watched, mut theirs) = connection();
        let sending = tokio::spawn(async move {
            let sent = theirs.write_all(&[0; 50_000]).await;
            (sent.is_ok(), theirs)
        });
        let begun = Instant::now();
        watched.shutdown().await.unwrap();
        assert!(sending.await.unwrap().0, "all of it is taken");
        assert_eq!(begun.elapsed().as_secs(), 1);

        let (mut watched, mut theirs) = connection();
        let flood = tokio::spawn(async move { while theirs.write_all(&[0; 500]).await.is_ok() {} });
        watched.shutdown().await.unwrap();
        drop(watched);
        flood.await.unwrap();
    }
}
