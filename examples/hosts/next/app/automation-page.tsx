'use client'

import { createTenonClient, type TenonClient } from '@tenon/core/client'
import { WorkflowEditor } from '@tenon/editor'
import { useEffect, useState } from 'react'

/** Signs in, takes the first workflow or makes one, and shows it in the editor. */
export function Automation() {
  const [shown, setShown] = useState<{ client: TenonClient; workflowId: string } | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  useEffect(() => {
    open().then(setShown, (error: unknown) => setProblem(error instanceof Error ? error.message : 'Unknown error'))
  }, [])
  if (problem !== null) return <p role="alert">{problem}</p>
  if (shown === null) return <p>Loading…</p>
  return (
    <main style={{ height: '100vh' }}>
      <WorkflowEditor {...shown} />
    </main>
  )
}

async function open() {
  await fetch('/sign-in', { method: 'POST' })
  const client = createTenonClient({ baseUrl: `${location.origin}/automation` })
  const { items } = await client.workflows.list()
  const workflow = items[0] ?? (await client.workflows.create({ name: 'Greeting' }))
  return { client, workflowId: workflow.id }
}
