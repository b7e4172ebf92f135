import type { WorkflowDocument } from '@tenon/core/document'
import { toManifest } from '@tenon/core/node'
import { WorkflowEditor } from '@tenon/editor'
import '@tenon/editor/styles.css'
import { builtInDefinitions } from '@tenon/nodes'
import { useState } from 'react'
import { greeting } from './greeting.ts'

const manifest = toManifest(builtInDefinitions)

/** An editor whose document the page holds: nothing is sent anywhere until you send it. */
export function App() {
  const [document, setDocument] = useState<WorkflowDocument>(greeting)
  return (
    <main style={{ height: '100vh' }}>
      <WorkflowEditor value={document} onChange={setDocument} manifest={manifest} name="Greeting" />
    </main>
  )
}
