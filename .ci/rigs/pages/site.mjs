// A site that tries the pages: invented agencies in five languages, two of them with archives, one in Arabic, one with a
// single entry, one without any; titles and words that are too long; sources in every state. And the demo beside it.

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../../..");

const escaped = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** A feed of items: { title, text, picture, authors, tags, at }. */
function rss(id, language, items) {
  const each = items.map((item, number) => `<item>
<title>${escaped(item.title)}</title>
<link>https://${id}.example/news/${number}</link>
<guid isPermaLink="false">${id}-${number}</guid>
<pubDate>${item.at.toUTCString()}</pubDate>
${(item.authors ?? []).map((name) => `<dc:creator>${escaped(name)}</dc:creator>`).join("")}
${(item.tags ?? []).map((name) => `<category>${escaped(name)}</category>`).join("")}
${item.text ? `<description>${escaped(item.text)}</description>` : ""}
${item.picture ? `<media:content url="${item.picture}" type="image/svg+xml" medium="image"/>` : ""}
</item>`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>${id}</title><link>https://${id}.example/</link><description>${id}</description><language>${language}</language>
${each.join("\n")}
</channel></rss>`;
}

// Invented news in invented words, a word never twice, so that no news is taken for another's.
const word = (...seed) => {
  const bytes = createHash("sha256").update(seed.join()).digest();
  return Array.from({ length: 2 + (bytes[9] % 3) }, (_, place) => "bcdfglmnprstvz"[bytes[2 * place] % 14] + "aeiou"[bytes[2 * place + 1] % 5]).join("");
};
const sentence = (seed, length) => {
  const words = Array.from({ length }, (_, place) => word(seed, place));
  return words[0][0].toUpperCase() + words.join(" ").slice(1);
};

/** A list of news whose markup is called `name`. */
const listing = (name) => `<!DOCTYPE html><html lang="en"><title>Notices</title><main><h1>Notices</h1>${[1, 2, 3, 4, 5, 6, 7, 8]
  .map((day) => `<div class="${name}"><h3><a href="/notice/${day}">${sentence(9000 + day, 6)}</a></h3>
<time datetime="2026-11-0${day}">${day} November 2026</time><p class="${name}-text">${sentence(9100 + day, 14)}.</p></div>`)
  .join("\n")}</main></html>`;

const table = (id, language, file, more = "") => `[source.${id}]
title = "Agency ${id}"
url = "file://${file}"
language = "${language}"
${more}
`;

/** Writes the sources and their configuration into a folder. */
function configure(folder, pictures, [listen, admin], { sources, entries }) {
  const now = Date.now();
  const at = (hours) => new Date(now - hours * 3_600_000);
  const write = (id, language, items, more) => {
    const file = join(folder, `${id}.xml`);
    writeFileSync(file, rss(id, language, items));
    return table(id, language, file, more);
  };
  const tables = [];
  // Enough for some pages of the archive; of most sources one piece of news.
  for (let source = 0; source < sources; source += 1) {
    const items = Array.from({ length: source < 25 ? 10 : 1 }, (_, number) => {
      const seed = source * 10 + number;
      return {
        title: sentence(seed, 4 + (seed % 9)),
        text: `${sentence(seed + 5000, 12 + (seed % 30))}.`,
        picture: seed % 3 === 0 ? `${pictures}/${["telescope", "crate", "chamber"][seed % 9 / 3]}.svg` : undefined,
        tags: seed % 4 === 0 ? ["launch", "climate & sea"] : [],
        authors: seed % 5 === 0 ? ["Ada Holloway"] : [],
        at: at(1 + source / 3 + number * 20),
      };
    });
    tables.push(write(`en${source}`, "en", items, 'rights = "© The agency"'));
  }
  const long = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft".repeat(3);
  tables.push(write("estremi", "it", [
    { title: `Un titolo ${"che non finisce mai e ".repeat(30)}basta`, text: sentence(70, 150), at: at(2), picture: `${pictures}/crate.svg` },
    { title: long, text: `${long} e poi https://estremi.example/${"a".repeat(200)}`, at: at(3), picture: `${pictures}/chamber.svg` },
    { title: "Senza testo", at: at(4) },
    { title: "Un’immagine che non c’è", text: "Al suo posto resta un riquadro.", picture: `${pictures}/not-there.png`, at: at(30) },
    { title: "Molti autori e molte categorie", text: "Tutti insieme.", authors: Array.from({ length: 20 }, (_, n) => `Autrice ${word(n)}`), tags: Array.from({ length: 40 }, (_, n) => word(n + 300)), at: at(31) },
    { title: "Ricerca & sviluppo: 5 < 6, «tra virgolette», <b>non in grassetto</b>", text: "Il testo dice 5 < 6.", at: at(50) },
  ]));
  tables.push(write("seul", "fr", [{ title: "Une seule nouvelle", text: "Et rien d’autre\u00a0: c’est tout.", at: at(5) }]));
  const arabic = readFileSync(join(here, "ar.xml"), "utf8").replaceAll("PICTURES", pictures);
  writeFileSync(join(folder, "ar.xml"), arabic);
  tables.push(table("suhail", "ar", join(folder, "ar.xml"), 'rights = "© وكالة سُهيل للفضاء"'));
  tables.push(table("missing", "en", join(folder, "missing.xml")));
  tables.push(table("gone", "en", join(folder, "en1.xml")));
  const notices = join(folder, "notices.html");
  writeFileSync(notices, listing("notice"));
  tables.push(table("notices", "en", notices, 'listing.item = "div.notice"\nlisting.title = "h3 a"\nlisting.link = "h3 a"\nlisting.date = "time@datetime"\nlisting.summary = "p.notice-text"\nfollow = "never"'));
  const config = join(folder, "rassegna.toml");
  const head = `[site]
title = "Rassegna of Everything"
url = "http://127.0.0.1:${listen}/"
contact = "desk@rassegna.example"
languages = ["it", "en", "ar", "fr", "de"]
timezone = "Europe/Rome"
[publish]
entries = ${entries}
days = 0
[schedule]
every = "6h"
[fetch]
gap = "0s"
[serve]
listen = "127.0.0.1:${listen}"
admin = "127.0.0.1:${admin}"
[feed.ar]
title = "أخبار الفضاء بالعربية"
description = "كل أخبار الفضاء في خلاصة واحدة"
[feed.it]
title = "Tutto lo spazio"
description = "Le notizie più scomode da impaginare"
`;
  writeFileSync(config, head + tables.join("\n"));
  return { config, head, tables, notices };
}

/** Free ports of this machine. */
async function ports(count) {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => done(server));
  })));
  const numbers = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return numbers;
}

async function answers(address) {
  for (let tries = 0; tries < 300; tries += 1) {
    const answer = await fetch(address).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${address} does not answer`);
}

/** Starts both sites, one with that many sources and entries a page: their public and admin addresses, what stops them. */
export async function start(program, size) {
  const folder = mkdtempSync(join(tmpdir(), "rassegna-pages-"));
  const children = [];
  const pictures = createServer((request, response) => {
    try {
      const name = request.url.match(/^\/(\w+\.svg)$/)[1];
      response.writeHead(200, { "Content-Type": "image/svg+xml" }).end(readFileSync(join(root, "demo/pictures", name)));
    } catch {
      response.writeHead(404).end();
    }
  });
  const stop = () => {
    children.forEach((child) => child.kill("SIGTERM"));
    pictures.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  };
  try {
    const [picturePort, listen, admin] = await ports(3);
    await new Promise((done) => pictures.listen(picturePort, "127.0.0.1", done));
    const data = join(folder, "site");
    mkdirSync(data);
    const { config, head, tables, notices } = configure(folder, `http://127.0.0.1:${picturePort}`, [listen, admin], size);
    const once = (...only) => spawnSync(program, ["once", ...only, "--config", config, "--data", data], { encoding: "utf8" });
    const first = once();
    if (!/feeds \(entries\)/.test(first.stdout)) throw new Error(`nothing was published: ${first.stdout}${first.stderr}`);
    // A page whose markup changed, and a source that left the configuration.
    writeFileSync(notices, listing("teaser-box").replace("<main>", '<main class="wide">'));
    writeFileSync(config, head + tables.filter((text) => !text.startsWith("[source.gone]")).join("\n"));
    once("--source", "notices");
    const log = { stdio: ["ignore", "ignore", "ignore"] };
    children.push(spawn(program, ["run", "--config", config, "--data", data], log));
    const demo = spawn(program, ["demo", "--data", join(folder, "demo")], { stdio: ["ignore", "pipe", "inherit"] });
    children.push(demo);
    const site = `http://127.0.0.1:${listen}/`;
    await answers(site);
    await answers(`http://127.0.0.1:${admin}/status`);
    const said = await new Promise((done, failed) => {
      let text = "";
      demo.stdout.on("data", (part) => {
        text += part;
        const found = text.match(/All feeds on a page: (\S+)\s+Sources: (\S+)/);
        if (found) done(found);
      });
      demo.on("exit", () => failed(new Error(`the demo ended: ${text}`)));
    });
    await answers(said[1]);
    return { site, status: `http://127.0.0.1:${admin}/status`, demo: said[1], demoStatus: said[2], data, stop };
  } catch (error) {
    stop();
    throw error;
  }
}
