// Chromium, asked whether anything that was published runs, leads away or loads what it must not.
//
//   node xss_browser.mjs CASES.json        { control: [html], pieces: [html], pages: [html] }, to what was found of each
//
// Every page has a policy that lets nothing run, frame, submit or style, and that tells of each attempt; so an attempt
// counts, and none can hide behind another. Requests are counted as well, and answered by nobody: only the pictures that a
// document openly has may be asked for. NODE_FOLDER is the folder with node_modules.

import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'

const require = createRequire(process.env.NODE_FOLDER + '/')
const { chromium } = require('playwright-core')
const cases = JSON.parse(readFileSync(process.argv[2]))
const HOME = 'http://rassegna.test/'
const POLICY =
  "default-src 'none'; img-src *; style-src http://rassegna.test/style.css; base-uri 'none'; form-action 'none'; frame-src 'none'"
const EVENTS = ['click', 'dblclick', 'mouseover', 'mouseenter', 'focus', 'blur', 'input', 'change', 'submit', 'load', 'error',
  'toggle', 'beforetoggle', 'animationstart', 'animationend', 'transitionend', 'scroll', 'wheel', 'pointerdown', 'keydown',
  'copy', 'pageshow', 'hashchange', 'message', 'begin', 'end', 'start', 'finish', 'bounce', 'cancel', 'close']

// What it takes: every element gets every event, and each link to anything but the web is followed.
const provoke = async (events) => {
  for (const element of document.querySelectorAll('*')) {
    const link = element.closest('a[href], area[href]')
    const away = link && /^(https?|mailto):/i.test(link.protocol ?? '')
    for (const name of events) {
      if (!(away && name === 'click')) element.dispatchEvent(new Event(name, { bubbles: true, cancelable: true }))
    }
    if (link === element && !away) element.click?.()
    if (element.matches('a[xlink\\:href], button, input, summary')) element.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))
  }
  await new Promise((done) => setTimeout(done, 2))
}

let browser, context, served, hits, page
let pictures = new Set()

// What a vector that was never cleaned does to a page or a browser may keep either from ever closing.
const within = (milliseconds, work) => {
  let timer
  const late = new Promise((_, fail) => { timer = setTimeout(() => fail(new Error('hangs')), milliseconds) })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

const start = async () => {
  if (browser) await within(5_000, browser.close()).catch(() => {})
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
  context = await browser.newContext({ serviceWorkers: 'block' })
  await context.exposeBinding('__told', (_, what) => { hits.add(what) })
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      // Pictures of any scheme but the web's are refused, which counts too.
      window.__told(`${event.effectiveDirective} ${event.blockedURI}`.slice(0, 80))
    })
    for (const name of ['alert', 'confirm', 'prompt', 'print', 'open']) window[name] = () => window.__told(name)
  })
  await context.route('**/*', async (route) => {
    const request = route.request()
    if (request.url() === HOME && request.isNavigationRequest() && served !== undefined) {
      const body = served
      served = undefined
      return route.fulfill({ contentType: 'text/html; charset=utf-8', headers: { 'content-security-policy': POLICY }, body })
    }
    if (request.isNavigationRequest()) hits.add(`leads to ${request.url()}`)
    else if (request.url() === `${HOME}style.css` || new URL(request.url()).pathname.endsWith('/style.css')) { /* its own */ }
    else if (!(request.resourceType() === 'image' && pictures.has(request.url()))) hits.add(`asks for ${request.url()}`.slice(0, 80))
    return route.abort()
  })
}

const open = async () => {
  try {
    if (page) await within(5_000, page.close())
    page = await within(5_000, context.newPage())
  } catch {
    await start()
    page = await context.newPage()
  }
  page.on('dialog', (dialog) => { hits.add('dialog'); dialog.dismiss().catch(() => {}) })
  page.on('popup', (popup) => { hits.add('popup'); popup.close().catch(() => {}) })
  page.on('framenavigated', (frame) => { if (frame.url() !== HOME && frame.url() !== 'about:blank') hits.add(`is at ${frame.url()}`.slice(0, 80)) })
}

// The addresses of the pictures that a document openly has. Only these references are written.
const NAMED = { amp: '&', quot: '"', lt: '<', gt: '>' }
const decoded = (value) => value.replace(/&(?:#(\d+)|(\w+));/g, (_, code, name) => (code ? String.fromCodePoint(code) : NAMED[name]))
const openly = (html) =>
  new Set([...html.matchAll(/<img [^>]*?src="(https?:[^"]*)"/g)].map((found) => new URL(decoded(found[1])).href.replace(/#.*/, '')))

const tried = async (html, whole) => {
  hits = new Set()
  // Those of the document before may still be asked for.
  const last = pictures
  const own = openly(html)
  pictures = new Set([...last, ...own])
  served = whole ? html : `<!doctype html><meta charset="utf-8"><body><main>${html}</main>`
  const work = async () => {
    await page.goto(HOME, { waitUntil: 'domcontentloaded' })
    await page.evaluate(provoke, EVENTS)
    if (!whole) {
      // Readers put a piece into their own page by script.
      await page.evaluate((piece) => { document.body.innerHTML = piece }, html)
      await page.evaluate(provoke, EVENTS)
    }
  }
  try {
    await within(whole ? 120_000 : 10_000, work())
  } catch (error) {
    hits.add(`breaks: ${error.message.slice(0, 60)}`)
  }
  pictures = own
  if (hits.size) await open()
  return [...hits].slice(0, 3)
}

const found = {}
await start()
await open()
for (const [name, list] of Object.entries(cases)) {
  found[name] = []
  for (const html of list) {
    const told = await tried(html, name === 'pages')
    if (told.length) found[name].push({ hits: told.join('; '), what: html.slice(0, 120) })
  }
}
console.log(JSON.stringify(found))
await within(5_000, browser.close()).catch(() => {})
// One that would not close before is taken down here.
process.exit()
