// @vitest-environment jsdom
import type { TenonClient } from '@tenon/core/client'
import type { WorkflowDocument } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { NodeManifest } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { act, fireEvent, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { type ReactNode, useState } from 'react'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { createFixtureClient } from '../test/fixtures/fixture-client.ts'
import { SMALL_MANIFEST } from '../test/fixtures/small-manifest.ts'
import type { ControlledEditorProps, EditorEvent } from './editor-props.ts'
import type { ControlProps } from './inspector/controls/control-props.ts'
import { RunForm, RunList, RunViewer } from './runs/index.ts'
import { WorkflowEditor } from './workflow-editor.tsx'

const documentWith = (count: number) => workflow([{ ...node('a', 'step', { text: 'hi', count }), name: 'Alpha' }], [])
const DOCUMENT = documentWith(3)

/** Each option that a host can pass wrongly, beside valid options that must keep their effect. */
function Host({ children }: { readonly children: ReactNode }) {
  return (
    <main>
      <h1>The page of the host</h1>
      {children}
    </main>
  )
}

function Broken(): ReactNode {
  throw new Error('broken by the host')
}

interface Held {
  readonly value?: unknown
  readonly manifest?: unknown
}

function show(props: Partial<ControlledEditorProps> = {}, held: Held = {}) {
  const events: EditorEvent[] = []
  const { value, manifest } = { value: DOCUMENT, manifest: SMALL_MANIFEST, ...held }
  const page = (next: Partial<ControlledEditorProps> = {}, now: Held = {}) => (
    <Host>
      <WorkflowEditor
        value={('value' in now ? now.value : value) as WorkflowDocument}
        manifest={('manifest' in now ? now.manifest : manifest) as NodeManifest}
        onChange={() => {}}
        onEvent={(event) => events.push(event)}
        {...props}
        {...next}
      />
    </Host>
  )
  const view = render(page())
  return {
    ...view,
    events,
    again: (next = {}, now: Held = {}) => view.rerender(page(next, now)),
    user: userEvent.setup(),
  }
}

const row = (name: string) => screen.findByRole('button', { name: new RegExp(`^${name}`) })

const isHostThere = () => expect(screen.getByRole('heading', { name: 'The page of the host' })).toBeTruthy()

describe('what a host hands over wrongly takes down its own box only', () => {
  const reported: unknown[] = []
  beforeEach(() => {
    // React says on the console what a boundary has caught.
    vi.spyOn(console, 'error').mockImplementation(() => {})
    vi.stubGlobal('reportError', (error: unknown) => reported.push(error))
    reported.length = 0
    // As narrow as a phone: the outline can be drawn without a layout.
    vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(500)
  })

  test.each([
    ['breadcrumb', { breadcrumb: <Broken /> }],
    ['actions', { actions: <Broken /> }],
  ])('the slot %s', async (_slot, props) => {
    const { user, again } = show(props)
    expect((await screen.findByRole('alert')).textContent).toContain('This part of the page stopped working.')
    expect(screen.getByRole('complementary', { name: 'Inspector' })).toBeTruthy()
    isHostThere()
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    expect(screen.getByRole('alert')).toBeTruthy()
    again(Object.fromEntries(Object.keys(props).map((slot) => [slot, <b key="x">mended</b>])))
    expect(screen.getByText('mended')).toBeTruthy()
    expect(screen.queryByRole('alert')).toBeNull()
  })

  test('a control, which is drawn again when it is asked to or its value changes', async () => {
    let isBroken = true
    function Count({ value }: ControlProps): ReactNode {
      if (isBroken) throw new Error('broken by the host')
      return <output>{String(value)}</output>
    }
    const { user, again } = show({ controls: { number: Count } })
    fireEvent.click(await row('Alpha'))
    expect((await screen.findByRole('alert')).textContent).toContain('stopped working')
    expect(await screen.findByRole('combobox', { name: 'Kind' })).toBeTruthy()
    isHostThere()
    isBroken = false
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    expect(screen.getByText('3')).toBeTruthy()
    isBroken = true
    again({}, { value: documentWith(4) })
    expect(await screen.findByRole('alert')).toBeTruthy()
    isBroken = false
    again({}, { value: documentWith(5) })
    expect(await screen.findByText('5')).toBeTruthy()
    expect(screen.queryByRole('alert')).toBeNull()
  })

  test.each([
    ['null', null],
    ['a text', 'workflow'],
    ['another object', { nodes: 7 }],
    ['nodes that are none', { ...DOCUMENT, nodes: [null] }],
    ['a node that is a duplicate', { ...DOCUMENT, nodes: [...DOCUMENT.nodes, ...DOCUMENT.nodes] }],
    ['params that are none', { ...DOCUMENT, nodes: [{ ...DOCUMENT.nodes[0], params: [] }] }],
  ])('a `value` that is %s, until another comes', async (_what, value) => {
    const { events, again } = show({}, { value })
    expect((await screen.findByRole('alert')).textContent).toContain('The workflow could not be loaded')
    isHostThere()
    expect(events).toEqual([{ type: 'failed', error: expect.objectContaining({ code: 'DOCUMENT_MALFORMED' }) }])
    again({}, { value: DOCUMENT })
    expect(await row('Alpha')).toBeTruthy()
    expect(screen.queryByRole('alert')).toBeNull()
  })

  test.each([[null], ['manifest'], [{ hash: 'x', nodes: [null] }]])('a `manifest` %j', async (manifest) => {
    const { events, again } = show({}, { manifest })
    expect((await screen.findByRole('alert')).textContent).toContain('`manifest`')
    expect(events).toEqual([{ type: 'failed', error: expect.objectContaining({ code: 'OPTIONS_INVALID' }) }])
    again({}, { manifest: SMALL_MANIFEST })
    expect(await row('Alpha')).toBeTruthy()
    isHostThere()
  })

  test('a manifest entry that cannot be drawn, at its card', async () => {
    const [first, ...others] = SMALL_MANIFEST.nodes.filter(({ type }) => type === 'step')
    const broken = { hash: 'x', nodes: [{ ...first, summary: null }, ...others] }
    show({}, { manifest: broken })
    await waitFor(() => expect(screen.getByRole('complementary', { name: 'Inspector' })).toBeTruthy())
    isHostThere()
  })

  test('keys, texts and a theme that are none', async () => {
    const wrong = {
      keymap: [null],
      messages: { 'topbar.problems': null, 'inspector.workflow': 5 },
      theme: { light: 5 },
    }
    show(wrong as unknown as Partial<ControlledEditorProps>)
    await waitFor(() => expect(screen.getAllByRole('alert').length).toBeGreaterThan(0))
    isHostThere()
  })

  test('onChange and onEvent', async () => {
    const thrown = new Error('broken by the host')
    const wrong = () => {
      throw thrown
    }
    const { user } = show({ onChange: wrong, onEvent: wrong })
    fireEvent.click(await row('Alpha'))
    await user.clear(screen.getByRole('textbox', { name: 'Name of the node' }))
    await user.type(screen.getByRole('textbox', { name: 'Name of the node' }), 'Beta')
    await user.tab()
    expect(await row('Beta')).toBeTruthy()
    expect(reported.length).toBeGreaterThanOrEqual(2)
    expect(new Set(reported)).toEqual(new Set([thrown]))
    isHostThere()
  })

  test('a client that throws at once, in the editor and in the views of runs', async () => {
    const client = new Proxy({} as TenonClient, {
      get() {
        throw new TenonError('UNAVAILABLE', 'not signed in yet')
      },
    })
    render(
      <Host>
        <WorkflowEditor client={client} workflowId="wf" />
        <WorkflowEditor client={client} workflowId="wf" version="3" />
        <RunList client={client} onOpenRun={() => {}} />
        <RunViewer client={client} runId="r" />
      </Host>,
    )
    await waitFor(() => expect(screen.getAllByRole('alert').length).toBeGreaterThanOrEqual(3))
    isHostThere()
  })

  test('slots of a run, and addresses of runs', async () => {
    const { client } = createFixtureClient({
      runs: [
        {
          runId: 'run-1',
          workflowId: 'wf',
          workflowName: 'Tickets',
          version: '1',
          mode: 'live',
          status: 'completed',
          queuedAt: '2026-11-20T10:00:00.000Z',
          startedBy: null,
          startedAt: null,
          finishedAt: null,
          outcome: null,
          error: null,
        } as never,
      ],
    })
    render(
      <Host>
        <RunViewer client={client} runId="run-0192-8f3a" start={<Broken />} end={<Broken />} />
        <RunList
          client={client}
          onOpenRun={() => {}}
          hrefOf={() => {
            throw new Error('no address')
          }}
        />
      </Host>,
    )
    expect(await screen.findAllByText(/stopped working/)).toHaveLength(2)
    expect(await screen.findByRole('button', { name: /run-1/ })).toBeTruthy()
    isHostThere()
  })

  test('a schema that is none', async () => {
    render(
      <Host>
        <RunForm schema={{ properties: { a: { enum: 5 } }, required: 'a' } as never} onSubmit={async () => {}} />
        <RunForm schema={null as never} onSubmit={async () => {}} />
      </Host>,
    )
    await act(async () => {})
    isHostThere()
  })

  test('an element of the host around the editor is not touched by its own error boundary', async () => {
    function Counter() {
      const [count, setCount] = useState(0)
      return (
        <button type="button" onClick={() => setCount(count + 1)}>
          pressed {count}
        </button>
      )
    }
    const { user } = show({ actions: <Counter />, breadcrumb: <Broken /> })
    await user.click(await screen.findByRole('button', { name: 'pressed 0' }))
    expect(screen.getByRole('button', { name: 'pressed 1' })).toBeTruthy()
  })
})
