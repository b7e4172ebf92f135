import 'virtual:tenon-styles.css'
import './page.css'
import type { DocumentOperation, WorkflowDocument } from '@tenon/core/document'
import { StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { WorkflowEditor } from '../../../src/index.ts'
import { LOOP_MANIFEST } from '../../fixtures/loop-workflow.ts'
import { SMALL_MANIFEST } from '../../fixtures/small-manifest.ts'
import { TICKET_MANIFEST } from '../../fixtures/ticket-workflow.ts'
import { DOCUMENTS } from './documents.ts'

declare global {
  interface Window {
    /** Document of each editor on the page, and the changes that it has reported. */
    editors: { value: WorkflowDocument; changes: (readonly DocumentOperation[])[] }[]
  }
}

const query = new URLSearchParams(location.search)
const THEME = query.get('theme') === 'dark' ? 'dark' : 'light'
const name = query.get('document') ?? 'empty'
const MANIFEST = name.startsWith('ticket') ? TICKET_MANIFEST : name.startsWith('loop') ? LOOP_MANIFEST : SMALL_MANIFEST
const first = DOCUMENTS[name] ?? DOCUMENTS.empty

function Frame({ index }: { readonly index: number }) {
  const [value, setValue] = useState(first)
  const record = { value, changes: window.editors[index]?.changes ?? [] }
  window.editors[index] = record
  return (
    <div className="frame" data-editor={index}>
      <WorkflowEditor
        value={value}
        manifest={MANIFEST}
        name={`Workflow ${index}`}
        theme={THEME}
        readOnly={query.has('read-only')}
        dir={query.get('dir') === 'rtl' ? 'rtl' : 'ltr'}
        messages={{}}
        nonce="under-test"
        actions={query.has('slot') ? <button type="button">Of the host</button> : undefined}
        {...(query.has('low') ? { minHeightPx: 240 } : {})}
        onChange={(next, operations) => {
          window.editors[index]?.changes.push(operations)
          setValue(next)
        }}
      />
    </div>
  )
}

window.editors = []
if (query.has('hostile')) {
  const sheet = document.createElement('style')
  sheet.nonce = 'under-test'
  sheet.textContent = `
    * { letter-spacing: 3px; line-height: 3; color: red; margin: 4px; font-size: 21px; text-transform: uppercase }
    div, section, aside { padding: 9px; border: 2px dashed red; float: left }
    svg { width: 60px; height: 60px; fill: red }
    button { background: yellow; border-radius: 20px; min-height: 70px }
    input, textarea { border: 4px solid green; width: 30px }
    h1, h2, b, small { font-size: 40px } p { margin: 30px } ul { list-style: square } label { display: block }
    html, body, #app, .frame { all: revert; height: 100%; margin: 0 }
    .frame { flex: 1 } #app { display: flex; flex-direction: column }
  `
  document.head.prepend(sheet)
}
if (query.has('host-focus')) document.getElementById('host-input')?.focus()
document.addEventListener('securitypolicyviolation', (event) => {
  throw new Error(`${event.violatedDirective} forbids ${event.blockedURI}`)
})
const app = document.getElementById('app')
if (app !== null) {
  const count = Number(query.get('editors') ?? 1)
  createRoot(app).render(
    <StrictMode>
      {Array.from({ length: count }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the frames are all alike
        <Frame key={index} index={index} />
      ))}
    </StrictMode>,
  )
}
