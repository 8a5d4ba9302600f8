// What readers from npm see in feeds: read.mjs NODE_MODULES feedsmith|rss-parser|node-feedparser|schema FILE…
// A line of JSON for each file; `schema` holds JSON Feeds against the schema of version 1.1.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { Readable } from 'node:stream'

const [modules, reader, ...files] = process.argv.slice(2)
const require = createRequire(path.join(path.resolve(modules), 'x'))
const second = (text) => {
  const at = new Date(text)
  return Number.isNaN(at.getTime()) ? String(text) : at.toISOString().replace(/\.\d+Z/, 'Z')
}

const READERS = {
  async feedsmith() {
    const { parseFeed } = await import(require.resolve('feedsmith'))
    return (text) => {
      const { format, feed } = parseFeed(text)
      if (format === 'rss') {
        return feed.items.map((i) => [i.guid?.value, i.link, i.title, i.pubDate, i.content?.encoded ?? i.description])
      }
      if (format === 'atom') {
        const original = (links) => links.find((l) => (l.rel ?? 'alternate') === 'alternate' && !l.hreflang)?.href
        return feed.entries.map((e) => [e.id, original(e.links), e.title?.value ?? e.title, e.published, e.content?.value ?? e.content])
      }
      return feed.items.map((i) => [i.id, i.url, i.title, i.date_published, i.content_html])
    }
  },
  async 'rss-parser'() {
    const Parser = require('rss-parser')
    return async (text) => {
      const feed = await new Parser().parseString(text)
      return feed.items.map((i) => [i.guid ?? i.id, i.link, i.title, i.isoDate, i['content:encoded'] ?? i.content])
    }
  },
  async 'node-feedparser'() {
    const Parser = require('feedparser')
    return async (text) => {
      const parser = new Parser({ normalize: true })
      const items = []
      Readable.from([text]).pipe(parser)
      for await (const i of parser) items.push([i.guid, i.link, i.title, i.pubdate, i.description])
      return items
    }
  },
  async schema() {
    const { default: Ajv } = await import(require.resolve('ajv'))
    const ajv = new (Ajv.default ?? Ajv)({ strict: false, allErrors: true })
    require('ajv-formats')(ajv)
    const valid = ajv.compile(require('jsonfeed-schema/v1.1.js'))
    return (text) => {
      if (!valid(JSON.parse(text))) throw new Error(JSON.stringify(valid.errors).slice(0, 500))
      return []
    }
  },
}

const read = await READERS[reader]()
for (const file of files) {
  let line
  try {
    const items = await read(fs.readFileSync(file, 'utf8'))
    line = { file, items: items.map(([id, link, title, date, text]) => ({ id, link, title, date: second(date), text })) }
  } catch (error) {
    line = { file, error: String(error) }
  }
  console.log(JSON.stringify(line))
}
