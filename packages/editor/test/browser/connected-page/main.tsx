import 'virtual:tenon-styles.css'
import './page.css'
import { createTenonClient } from '@tenon/core/client'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { type EditorEvent, WorkflowEditor } from '../../../src/index.ts'

declare global {
  interface Window {
    /** Events that the editor has reported. */
    events: EditorEvent[]
  }
}

window.events = []
const client = createTenonClient({ baseUrl: `${location.origin}/api`, getToken: () => 'token' })
const app = document.getElementById('app')
if (app !== null) {
  createRoot(app).render(
    <StrictMode>
      <div className="frame">
        <WorkflowEditor
          client={client}
          workflowId="wf"
          theme="light"
          nonce="under-test"
          onEvent={(event) => window.events.push(event)}
        />
      </div>
    </StrictMode>,
  )
}
