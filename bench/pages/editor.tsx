import 'virtual:tenon-styles.css'
import './page.css'
import { toManifest } from '@tenon/core/node'
import { WorkflowEditor } from '@tenon/editor'
import { builtInDefinitions } from '@tenon/nodes'
import { useState } from 'react'
import { createRoot } from 'react-dom/client'
import { gridOf, readQuery } from './grid.ts'

const manifest = toManifest(builtInDefinitions)

function EditorOfGrid({ count }: { readonly count: number }) {
  const [value, setValue] = useState(() => gridOf(count))
  return <WorkflowEditor value={value} onChange={setValue} manifest={manifest} theme="light" />
}

const app = document.getElementById('app')
if (app !== null) createRoot(app).render(<EditorOfGrid count={readQuery().count} />)
