import { randomBytes } from 'node:crypto'
import type { Context } from 'hono'
import { accepts } from 'hono/accepts'
import { html } from 'hono/html'

const PAGE = 'text/html'

/** Answers a path that neither the pages nor the API have: browsers get a page with a link, programs get JSON. */
export function notFound(c: Context): Response | Promise<Response> {
  const { pathname } = new URL(c.req.url)
  const type = accepts(c, { header: 'Accept', supports: [PAGE, 'application/json'], default: 'application/json' })
  c.header('Cache-Control', 'no-store')
  c.header('Vary', 'Accept')
  if (type !== PAGE) return c.json({ error: `There is nothing at ${pathname}. The pages are under /app` }, 404)
  const nonce = randomBytes(16).toString('base64')
  c.header(
    'Content-Security-Policy',
    `default-src 'none'; style-src 'nonce-${nonce}'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'`,
  )
  return c.html(pageOf(pathname, nonce), 404)
}

function pageOf(pathname: string, nonce: string) {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Page not found · Hearth support desk</title>
    <link rel="icon" type="image/svg+xml" href="/app/icon.svg" />
    <style nonce="${nonce}">
      :root { color-scheme: light dark; font: 400 14px / 1.45 ui-sans-serif, system-ui, "Segoe UI", sans-serif }
      body { max-inline-size: 640px; margin: 0 auto; padding: 48px 24px; color: light-dark(#1d1c19, #eeece6);
        background: light-dark(#fbfaf7, #141413) }
      code { overflow-wrap: anywhere }
      a { color: light-dark(#0f6b5c, #4fb9a5); font-weight: 600 }
    </style>
  </head>
  <body>
    <h1>Page not found</h1>
    <p>There is no page at <code>${pathname}</code>. Check the address.</p>
    <p><a href="/app">Go to the support desk</a></p>
  </body>
</html>`
}
