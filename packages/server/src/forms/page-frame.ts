import { createHash } from 'node:crypto'
import { html, raw } from 'hono/html'
import { type FormOptions, textOn } from './form-options.ts'

/** Markup that is escaped already. */
export type Markup = ReturnType<typeof html>

/** A page of a form. */
export interface FormPage {
  readonly status: number
  readonly title: string
  readonly content: Markup
  /** Origin to which the answer to the page may lead. @defaultValue nowhere */
  readonly leadsTo?: string
  readonly headers?: Readonly<Record<string, string>>
}

const DEFAULT_COLOR = '#1f2937'

/**
 * Makes the response of a page. It runs no script, sets no cookie, is in no search engine and no frame, and the browser takes
 * it for a page of no origin: it can reach neither the session of the host nor its pages.
 *
 * @param apiOrigin - Origin of this server, to which the form is sent.
 */
export async function pageResponse(
  { status, title, content, leadsTo, headers = {} }: FormPage,
  { name, color = DEFAULT_COLOR, logoUrl }: FormOptions,
  apiOrigin: string,
): Promise<Response> {
  const style = styleOf(color)
  const hash = createHash('sha256').update(style).digest('base64')
  const logo = logoUrl === undefined ? "'none'" : new URL(logoUrl).origin
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${hash}'`,
    `img-src ${logo}`,
    `form-action 'self' ${apiOrigin}${leadsTo === undefined ? '' : ` ${leadsTo}`}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
    'sandbox allow-forms',
  ].join('; ')
  const brand =
    name === undefined && logoUrl === undefined
      ? ''
      : html`<header>${logoUrl === undefined ? '' : html`<img src="${logoUrl}" alt="" height="40">`}${name === undefined ? '' : html`<span>${name}</span>`}</header>`
  const page = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
${brand}
<main>
${content}
</main>
</body>
</html>
`
  return new Response(String(page), {
    status,
    headers: {
      ...headers,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'x-robots-tag': 'noindex, nofollow',
    },
  })
}

function styleOf(color: string): string {
  return `:root{color-scheme:light dark;--accent:${color};--on-accent:${textOn(color)};--page:#f3f4f6;--card:#fff;--text:#111827;--soft:#4b5563;--line:#6b7280;--error:#b42318}
@media (prefers-color-scheme:dark){:root{--page:#0b0f17;--card:#151b26;--text:#f3f4f6;--soft:#b3bccb;--line:#8b95a5;--error:#ff9b8f}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
header,main{width:100%;max-width:640px;margin:0 auto}
header{display:flex;align-items:center;gap:12px;padding:24px 24px 0;font-weight:600}
header img{max-width:200px;height:40px;object-fit:contain}
main{margin-block:24px;padding:32px;background:var(--card);border-radius:12px}
h1{margin:0 0 8px;font-size:26px;line-height:1.25}
h2{margin:0 0 4px;font-size:17px}
p{margin:0 0 16px;white-space:pre-line}
form{margin-top:24px}
.field{margin:0 0 24px}
label{display:block;font-weight:600}
.box{display:flex;gap:12px;align-items:flex-start}
.box label{font-weight:400}
.optional,.help{color:var(--soft);font-weight:400}
.help,.fault{margin:2px 0 6px;font-size:15px}
.fault,.summary a{color:var(--error);font-weight:600}
input,textarea,select{width:100%;margin-top:4px;padding:10px 12px;border:1px solid var(--line);border-radius:8px;background:var(--card);color:var(--text);font:inherit}
textarea{min-height:140px;resize:vertical}
input[type=checkbox]{flex:none;width:22px;height:22px;margin:1px 0 0;accent-color:var(--accent)}
[aria-invalid=true]{border:2px solid var(--error)}
:focus-visible{outline:3px solid var(--text);outline-offset:2px}
.summary{margin:16px 0;padding:16px;border:2px solid var(--error);border-radius:8px}
.summary ul{margin:0;padding-inline-start:20px}
.note{margin:0 0 16px;padding:8px 12px;border:1px dashed var(--line);border-radius:8px;color:var(--soft)}
button{padding:12px 24px;border:1px solid var(--line);border-radius:8px;background:var(--accent);color:var(--on-accent);font:inherit;font-weight:600;cursor:pointer}
@media (max-width:480px){main{margin-block:16px 0;padding:24px 16px;border-radius:0}header{padding:16px 16px 0}button{width:100%}}`
}
