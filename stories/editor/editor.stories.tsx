import type { Meta, StoryObj } from '@storybook/react-vite'
import { EMPTY_DOCUMENT, type WorkflowDocument } from '@tenon/core/document'
import { toManifest } from '@tenon/core/node'
import { WorkflowEditor } from '@tenon/editor'
import { builtInDefinitions } from '@tenon/nodes'
import { type ComponentProps, useState } from 'react'
import { supportTicketRouter } from '../../examples/host-app/src/demo/workflows/support-ticket-router.ts'
import { manyNodesDocument } from '../fixtures/many-nodes.ts'
import { fullWindow, instanceProps } from '../frame.tsx'

const meta: Meta = { title: 'Editor', decorators: [fullWindow] }
export default meta

const manifest = toManifest(builtInDefinitions)
const ticketRouter = supportTicketRouter('https://desk.example').document ?? EMPTY_DOCUMENT

type EditorOptions = Partial<Pick<ComponentProps<typeof WorkflowEditor>, 'readOnly' | 'theme' | 'dir'>>

function HostedEditor({ start, name, ...options }: { start: WorkflowDocument; name: string } & EditorOptions) {
  const [value, setValue] = useState(start)
  return (
    <WorkflowEditor
      value={value}
      onChange={setValue}
      manifest={manifest}
      name={name}
      breadcrumb="Automations"
      style={{ height: '100%' }}
      {...options}
    />
  )
}

function storyOf(start: () => WorkflowDocument, name: string, options: EditorOptions = {}): StoryObj {
  return {
    render: (_args, context) => <HostedEditor start={start()} name={name} {...instanceProps(context)} {...options} />,
  }
}

export const TicketRouter = storyOf(() => ticketRouter, 'Support ticket router')
export const Empty = storyOf(() => EMPTY_DOCUMENT, 'Untitled workflow')
export const ReadOnly = storyOf(() => ticketRouter, 'Support ticket router', { readOnly: true })
export const RightToLeft = storyOf(() => ticketRouter, 'Support ticket router', { dir: 'rtl' })
export const Dark = storyOf(() => ticketRouter, 'Support ticket router', { theme: 'dark' })
export const FiveHundredNodes = storyOf(() => manyNodesDocument(500), 'Five hundred nodes')

/** References to nodes that are gone, missing params, a node without a way to it. */
export const WithProblems = storyOf(() => {
  const [start, analyze, ...others] = ticketRouter.nodes
  if (start === undefined || analyze === undefined) return ticketRouter
  return {
    ...ticketRouter,
    nodes: [
      start,
      { ...analyze, params: { prompt: 'Judge {{ nodes.gone.output.text }} and {{ input.txet }}', schema: {} } },
      ...others,
      {
        id: 'lost',
        type: 'http-call',
        typeVersion: 1,
        name: 'No edge leads here',
        params: {},
        position: { x: 300, y: 700 },
      },
      { id: 'alien', type: 'acme/ship', typeVersion: 1, name: 'Ship parcel', params: {}, position: { x: 600, y: 700 } },
    ],
  }
}, 'Workflow with problems')

/** Neither editor touches the other, the field of the host, or its buttons. */
export const TwoOnOnePage: StoryObj = {
  render: (_args, context) => (
    <div style={{ display: 'grid', gridTemplateRows: 'auto 1fr 1fr', blockSize: '100%', gap: 8 }}>
      <label>
        A field of the host <input defaultValue="Typing here deletes no node" />
      </label>
      <HostedEditor start={ticketRouter} name="One" {...instanceProps(context)} />
      <HostedEditor start={ticketRouter} name="Two" {...instanceProps(context)} theme="dark" />
    </div>
  ),
}
