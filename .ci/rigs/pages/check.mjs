// The pages in a browser: axe-core over all of them, light and dark, wide and narrow; and what axe-core does not look for.
//
//   node check.mjs PROGRAM [--quick] [--shots DIR]
//
// CHROMIUM names the browser. --shots keeps pictures of the pages, to be looked at.

import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { start } from "./site.mjs";

const require = createRequire(join(process.env.NODE_FOLDER ?? process.cwd(), "package.json"));
const { chromium } = require("playwright-core");
const axe = require("axe-core").source;

const program = process.argv[2];
const quick = process.argv.includes("--quick");
const shots = process.argv.includes("--shots") ? process.argv[process.argv.indexOf("--shots") + 1] : undefined;
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** The most bytes of a page of a hundred entries, and of the status of three hundred sources. */
const HEAVIEST = 600_000;

const faults = [];
const fault = (where, what) => {
  faults.push(where);
  console.log(`FAULT ${where}: ${what}`);
};
const check = (holds, where, what) => holds || fault(where, what);

/** What axe-core finds on the page that is open. */
async function audit(page, where) {
  await page.evaluate(axe);
  const found = await page.evaluate((tags) => window.axe.run(document, { runOnly: { type: "tag", values: tags } }), TAGS);
  for (const violation of found.violations) {
    const places = violation.nodes.slice(0, 3).map((node) => `${node.target.join(" ")} ${node.html.slice(0, 160)}`);
    fault(where, `${violation.id}: ${violation.help} (${violation.nodes.length})\n    ${places.join("\n    ")}`);
  }
  return found.passes.length;
}

/** What a page may load: itself, its style, and pictures. */
function watch(page, where) {
  page.on("request", (request) => {
    const type = request.resourceType();
    const foreign = new URL(request.url()).origin !== new URL(where()).origin;
    check(["document", "stylesheet", "image"].includes(type) || request.url().endsWith("/favicon.ico"), where(), `loads ${type} ${request.url()}`);
    check(!foreign || type === "image", where(), `loads ${request.url()} from elsewhere`);
  });
  page.on("console", (message) => {
    const missing = message.text().includes("404");
    check(message.type() !== "error" || missing, where(), `the browser complains: ${message.text()}`);
  });
}

/** Nothing is wider than the narrowest screen (WCAG 1.4.10), and every stop of the Tab key can be seen (2.4.7). */
async function reflow(page, address) {
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto(address);
  const widest = await page.evaluate(() => document.documentElement.scrollWidth);
  check(widest <= 320, address, `is ${widest} px wide on a screen of 320`);
  for (let stop = 0; stop < 8; stop += 1) {
    await page.keyboard.press("Tab");
    const seen = await page.evaluate(() => {
      const { activeElement: focused } = document;
      if (focused === document.body) return true;
      const { outlineStyle, outlineWidth } = getComputedStyle(focused);
      const place = focused.getBoundingClientRect();
      return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && place.height > 0 && place.left >= 0 && place.right <= innerWidth + 1;
    });
    check(seen, address, `stop ${stop + 1} of the Tab key cannot be seen`);
  }
}

/** The way from the feed back through its archive and forth again. Gives the pages of the archive. */
async function walk(page, feed) {
  const follow = async (relation) => {
    const ways = [feed];
    for (let link = ways[0]; ways.length < 100; ways.push(link)) {
      await page.goto(link);
      const next = await page.evaluate((rel) => [...new Set([...document.querySelectorAll(`[rel="${rel}"]`)].map((a) => a.href))], relation);
      check(next.length <= 1, link, `leads to several pages as ${relation}: ${next}`);
      if (next.length === 0) break;
      link = next[0];
    }
    return ways;
  };
  const back = await follow("prev");
  feed = back.at(-1);
  const forth = await follow("next");
  check(back.length > 2 && back.join() === forth.toReversed().join(), feed, `there ${back}, back ${forth}`);
  return back.slice(1);
}

/** A feed that is opened as it is: its news are read, markup is not, and it says what it is for. */
async function raw(page, address, words) {
  await page.goto(address);
  const seen = await page.evaluate(() => {
    const feed = document.documentElement;
    return { notice: getComputedStyle(feed, "::before").content, rendered: feed.localName };
  });
  check(seen.rendered !== "html" && seen.notice.includes(words), address, `its notice is ${seen.notice}`);
  // Only what is drawn counts: a feed has no innerText.
  const drawn = await page.evaluate(() => [...document.documentElement.querySelectorAll("*")]
    .filter((element) => element.children.length === 0 && element.getClientRects().length > 0)
    .map((element) => element.textContent).join("\n"));
  const markup = drawn.match(/.{0,40}<\/?[a-z]+[ >].{0,40}/)?.[0];
  check(markup === undefined, address, `shows markup: ${markup}`);
  check(drawn.length > 100, address, "shows nothing");
}

const site = await start(program, quick ? { sources: 24, entries: 50 } : { sources: 300, entries: 100 });
console.log(`the sites are up after ${Math.round(performance.now() / 1000)} s`);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  let where = site.site;
  let audits = 0;
  const open = async (options) => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
    const page = await context.newPage();
    watch(page, () => where);
    return page;
  };
  const page = await open({ viewport: { width: 1280, height: 900 } });
  const archive = await walk(page, `${site.site}en/`);
  const pages = {
    index: site.site,
    en: `${site.site}en/`,
    it: `${site.site}it/`,
    ar: `${site.site}ar/`,
    one: `${site.site}fr/`,
    none: `${site.site}de/`,
    archive: archive[0],
    oldest: archive.at(-1),
    demo: `${site.demo}it/`,
    "demo-index": site.demo,
    "demo-de": `${site.demo}de/`,
    status: site.status,
    "status-failing": `${site.status}?state=failing`,
    "status-few": site.demoStatus,
  };
  if (quick) for (const name of ["one", "oldest", "demo-index", "demo-de", "status-few"]) delete pages[name];
  for (const colorScheme of ["light", "dark"]) {
    for (const width of quick && !shots ? [colorScheme === "light" ? 390 : 1280] : [390, 1280]) {
      const page = await open({ viewport: { width, height: 900 }, colorScheme });
      for (const [name, address] of Object.entries(pages)) {
        where = address;
        const answer = await page.goto(address, { waitUntil: "load" });
        const { length } = await answer.body();
        check(answer.ok() && length <= HEAVIEST, address, `${answer.status()}, ${length} bytes`);
        check(await page.locator("script, [style], [onclick]").count() === 0, address, "has scripts or styles of its own");
        audits += 1;
        const passes = await audit(page, `${name}, ${colorScheme}, ${width} px`);
        if (width === 390 && colorScheme === "light") console.log(`${name}: ${length} bytes, ${passes} rules pass`);
        if (shots) {
          mkdirSync(shots, { recursive: true });
          await page.screenshot({ path: join(shots, `${name}-${width}-${colorScheme}.png`), clip: { x: 0, y: 0, width, height: 2400 }, fullPage: true });
        }
      }
      await page.context().close();
    }
  }
  for (const [name, address] of Object.entries(pages)) {
    where = address;
    if (!quick || ["it", "ar", "archive", "status"].includes(name)) await reflow(page, address);
  }
  for (const [feed, words] of [["it", "Questo è un feed"], ["en", "This is a feed"], ["ar", "هذه خلاصة"], ["de", "Dies ist ein Feed"]]) {
    for (const file of quick && feed !== "ar" ? ["atom.xml"] : ["rss.xml", "atom.xml"]) {
      const base = feed === "de" ? site.demo : site.site;
      where = `${base}${feed}/${file}`;
      await raw(page, where, words);
      if (shots) {
        for (const [width, colorScheme] of [[390, "light"], [1280, "dark"]]) {
          await page.setViewportSize({ width, height: 1000 });
          await page.emulateMedia({ colorScheme });
          await page.screenshot({ path: join(shots, `raw-${feed}-${file}-${width}-${colorScheme}.png`) });
        }
      }
    }
  }
  const feeds = (await (await fetch(`${site.site}opml.xml`)).text()).match(/xmlUrl="[^"]*"/g) ?? [];
  check(feeds.length === 5, "opml.xml", `lists ${feeds.length} feeds`);
  if (spawnSync("newsboat", ["--version"]).status === 0) {
    const folder = join(site.data, "newsboat");
    mkdirSync(folder);
    const list = join(site.data, "feeds/opml.xml");
    const urls = join(folder, "urls");
    spawnSync("newsboat", ["-u", urls, "-c", join(folder, "cache.db"), "-i", list]);
    const listed = spawnSync("sh", ["-c", `grep -c /rss.xml ${urls}`], { encoding: "utf8" }).stdout.trim();
    check(listed === "5", "opml.xml", `newsboat imported ${listed} of 5 feeds`);
  } else {
    console.log("not tried: newsboat is not here, so the OPML list was imported by no reader");
  }
  console.log(`${Math.round(performance.now() / 1000)} s: ${audits} audits of ${Object.keys(pages).length} pages, ${archive.length} archive pages walked`);
} finally {
  await browser.close();
  site.stop();
}
console.log(faults.length === 0 ? "no fault" : `${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
