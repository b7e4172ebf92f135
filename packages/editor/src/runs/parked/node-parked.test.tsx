// @vitest-environment jsdom
import type { ParkedNodeRun } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import type { NodeManifestEntry } from '@tenon/core/node'
import { act, screen, within } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import type { FixtureData } from '../../../test/fixtures/fixture-data.ts'
import { parkedTicket } from '../../../test/fixtures/parked.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { parkedRun, retriedRun, TICKET_FINGERPRINT } from '../../../test/fixtures/ticket-runs.ts'
import { TICKET_MANIFEST } from '../../../test/fixtures/ticket-workflow.ts'
import { RunInspector } from '../viewer/run-parts.tsx'
import { RunViewer } from '../viewer/run-viewer.tsx'

const frames = parkedRun(Date.now() - 300_000).frames
const mina = { userId: 'mina', displayName: 'Mina Kaur' }

function show(data: FixtureData = {}) {
  const fixture = createFixtureClient({ frames, parked: [parkedTicket()], ...data })
  const view = renderPart(<RunInspector client={fixture.client} runId={FIXTURE_RUN_ID} nodeId="ticket" />)
  const resolutions = () => fixture.calls.flatMap(({ name, args }) => (name === 'parked.resolve' ? [args] : []))
  const press = async (name: string) => {
    const button = await screen.findByRole<HTMLButtonElement>('button', { name })
    await expect.poll(() => button.disabled).toBe(false)
    await view.user.click(button)
  }
  return { ...view, fixture, resolutions, press }
}

/** Gives the node that is parked a second port besides its first. */
function withTwoPorts(entry: NodeManifestEntry): NodeManifestEntry {
  if (entry.type !== 'http-call') return entry
  return {
    ...entry,
    ports: [
      { name: 'found', title: 'Found' },
      { name: 'missing', title: 'Missing' },
    ],
  }
}

describe('a parked node run', () => {
  test('gives the failure and its attempts, and is run again by one click', async () => {
    const { press, resolutions } = show()
    expect(await screen.findByText('Failed: 422 from the help desk: unknown customer "C-789"')).toBeDefined()
    expect(screen.getByText('All 2 attempts failed.')).toBeDefined()
    const card = await screen.findByRole('region', { name: 'Needs a fix' })
    expect(await within(card).findByText(/^Failed [45] minutes ago\. Choose how to continue\.$/)).toBeDefined()
    await press('Try again')
    expect(resolutions()).toEqual([['parked-1', { resolution: { kind: 'retry' } }]])
    // The log of the fixture has no resolution, like one that no worker has read yet.
    expect(await screen.findByText('Ada Obi tried again, now')).toBeDefined()
    expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull()
    // The list of decisions has replaced the card, which had the focus.
    expect(document.activeElement).toBe(screen.getByRole('list', { name: 'Fixes' }))
  })

  test('keeps the focus on the pressed button while the resolution is sent, and ignores further presses', async () => {
    const fixture = createFixtureClient({ frames, parked: [parkedTicket()] })
    let answer = () => {}
    const answered = new Promise<void>((done) => {
      answer = done
    })
    const sent: string[] = []
    const resolve: typeof fixture.client.parked.resolve = async (parkedId, body) => {
      sent.push(body.resolution.kind)
      await answered
      return fixture.client.parked.resolve(parkedId, body)
    }
    const client = { ...fixture.client, parked: { ...fixture.client.parked, resolve } }
    const { user } = renderPart(<RunInspector client={client} runId={FIXTURE_RUN_ID} nodeId="ticket" />)
    const again = await screen.findByRole<HTMLButtonElement>('button', { name: 'Try again' })
    await expect.poll(() => again.disabled).toBe(false)
    await user.click(again)
    await expect.poll(() => again.getAttribute('aria-disabled')).toBe('true')
    expect(document.activeElement).toBe(again)
    await user.keyboard('{Enter}')
    await user.click(screen.getByRole('button', { name: 'Use error port' }))
    act(() => answer())
    await screen.findByText('Ada Obi tried again, now')
    expect(sent).toEqual(['retry'])
  })

  test('is found behind the first page of the open ones', async () => {
    const others = Array.from({ length: 200 }, (_, n) =>
      parkedTicket({ parkedId: `other-${n}`, waitId: `other/1/${n}` }),
    )
    const fixture = createFixtureClient({ frames, parked: [parkedTicket()] })
    const list: typeof fixture.client.parked.list = async (query = {}) => {
      if (query.status === 'open' && query.cursor === undefined) return { items: others, nextCursor: 'more' }
      const { cursor: _, ...rest } = query
      return fixture.client.parked.list(rest)
    }
    const client = { ...fixture.client, parked: { ...fixture.client.parked, list } }
    const { user } = renderPart(<RunInspector client={client} runId={FIXTURE_RUN_ID} nodeId="ticket" />)
    const again = await screen.findByRole<HTMLButtonElement>('button', { name: 'Try again' })
    await expect.poll(() => again.disabled).toBe(false)
    await user.click(again)
    expect(await screen.findByText('Ada Obi tried again, now')).toBeDefined()
  })

  test('says that the server does not list it, and looks again', async () => {
    const fixture = createFixtureClient({ frames, parked: [parkedTicket()] })
    let isListed = false
    const list: typeof fixture.client.parked.list = async (query) =>
      isListed ? fixture.client.parked.list(query) : { items: [], nextCursor: null }
    const client = { ...fixture.client, parked: { ...fixture.client.parked, list } }
    const { user } = renderPart(<RunInspector client={client} runId={FIXTURE_RUN_ID} nodeId="ticket" />)
    const note = await screen.findByText('The server does not list this failed node, so no fix can be sent.')
    expect(screen.queryByRole('button', { name: 'Skip node' })).toBeNull()
    isListed = true
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    expect(await screen.findByRole('button', { name: 'Skip node' })).toBeDefined()
    expect(note.isConnected).toBe(false)
  })

  test('names the port of a skipped node, and asks first if there are several', async () => {
    const ports = { ...TICKET_MANIFEST, nodes: TICKET_MANIFEST.nodes.map(withTwoPorts) }
    const { press, user, resolutions } = show({ manifest: ports })
    expect(await screen.findByText('Continues at "Found" without data.')).toBeDefined()
    await press('Skip node')
    const dialog = await screen.findByRole('dialog', { name: 'Skip Create ticket?' })
    expect(
      within(dialog).getByText('The run continues at "Found" without data. The node is not run again.'),
    ).toBeDefined()
    await user.click(within(dialog).getByRole('button', { name: 'Cancel' }))
    expect(resolutions()).toEqual([])
    await press('Skip node')
    await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Skip node' }))
    await screen.findByText('Ada Obi skipped the node, now')
    expect(resolutions()).toEqual([['parked-1', { resolution: { kind: 'skip' } }]])
  })

  test('that undoes another node is skipped with what remains, and has no port', async () => {
    const resolutionsOfUndo = ['retry', 'retry_with_params', 'complete', 'skip'] as const
    const undoing = frames.map((frame) => {
      if (frame.type === 'node_parked') return { ...frame, data: { ...frame.data, resolutions: resolutionsOfUndo } }
      const isScheduled = frame.type === 'node_scheduled' && frame.nodeRunId === 'ticket'
      return isScheduled ? { ...frame, data: { ...frame.data, undoes: 'crm' } } : frame
    })
    const ports = { ...TICKET_MANIFEST, nodes: TICKET_MANIFEST.nodes.map(withTwoPorts) }
    const { press, user, resolutions } = show({ frames: undoing, manifest: ports })
    const skip = 'Skip: Log to CRM stays as it is'
    await screen.findByRole('button', { name: skip })
    const card = screen.getByRole('region', { name: 'Needs a fix' })
    const names = within(card).getAllByRole('button')
    expect(names.map((button) => button.getAttribute('aria-label'))).toEqual([
      'Try again',
      'Edit values and try again',
      'Enter output',
      skip,
    ])
    expect(within(card).queryByText(/port|without data/)).toBeNull()
    await press('Enter output')
    const dialog = await screen.findByRole('dialog', { name: 'Output of Create ticket' })
    expect(within(dialog).queryByText(/port/i)).toBeNull()
    await user.click(within(dialog).getByRole('button', { name: 'Cancel' }))
    await press(skip)
    await screen.findByText('Ada Obi skipped the node, now')
    expect(resolutions()).toEqual([['parked-1', { resolution: { kind: 'skip' } }]])
  })

  test('says that it is run again with the values that were entered before', async () => {
    const log = retriedRun(Date.now() - 120_000)
    const error = { code: 'HTTP_STATUS', message: '500 from the help desk' }
    const resolutions = ['retry', 'fail'] as const
    const data = { pass: 2, waitId: 'ticket/2/0', error, fingerprint: TICKET_FINGERPRINT, resolutions }
    log.wait(1_000).add({ type: 'node_parked', nodeRunId: 'ticket', data })
    show({ frames: log.frames, parked: [parkedTicket({ waitId: 'ticket/2/0' })] })
    expect(await screen.findByText('Runs the node again with the values that were entered before.')).toBeDefined()
    expect(screen.getByText(/^Tried again once and failed again .*\. Choose how to continue\.$/)).toBeDefined()
    const attempts = within(screen.getByRole('heading', { name: 'Attempts' }).parentElement ?? document.body)
    expect(attempts.getByText('Pass 1, attempt 2')).toBeDefined()
    expect(attempts.getByText('Pass 2, attempt 1')).toBeDefined()
  })

  test('is run again with values that begin with those of its last attempt', async () => {
    const { press, user, resolutions, fixture } = show()
    await press('Edit values and try again')
    const dialog = await screen.findByRole('dialog', { name: 'Edit values of Create ticket' })
    const json = within(dialog).getByRole<HTMLTextAreaElement>('textbox', { name: 'Values as JSON' })
    expect(JSON.parse(json.value)).toEqual({ method: 'POST', url: 'https://api.helpdesk.example/tickets' })
    await user.clear(json)
    await user.click(json)
    await user.paste('{"method":"POST","url":"nowhere"}')
    const issues = [{ path: ['url'], code: 'invalid_value', message: 'Enter an absolute URL' }]
    fixture.fail('parked.resolve', new TenonError('NODE_PARAMS_INVALID', 'Invalid params', { details: { issues } }))
    await user.click(within(dialog).getByRole('button', { name: 'Try again' }))
    expect(await within(dialog).findByText('url: Enter an absolute URL')).toBeDefined()
    fixture.fail('parked.resolve', null)
    await user.click(within(dialog).getByRole('button', { name: 'Try again' }))
    await screen.findByText('Ada Obi tried again with other values, now')
    expect(resolutions().at(-1)).toEqual([
      'parked-1',
      { resolution: { kind: 'retry_with_params', params: { method: 'POST', url: 'nowhere' } } },
    ])
  })

  test('keeps entered values when another user is first, says who, and copies them', async () => {
    const { press, user, fixture, resolutions } = show()
    await press('Edit values and try again')
    const dialog = await screen.findByRole('dialog', { name: 'Edit values of Create ticket' })
    const json = within(dialog).getByRole<HTMLTextAreaElement>('textbox', { name: 'Values as JSON' })
    await user.clear(json)
    await user.click(json)
    await user.paste('{"method":"GET"}')
    await act(() => fixture.client.parked.resolve('parked-1', { resolution: { kind: 'skip' } }))
    act(() => fixture.announce({ kind: 'parked', id: 'parked-1' }))
    const note = await within(dialog).findByRole('alert')
    expect(note.textContent).toContain('Already fixed: Ada Obi skipped the node, now')
    expect(note.textContent).toContain('Your values were not sent.')
    expect(within(dialog).queryByRole('button', { name: 'Try again' })).toBeNull()
    await user.type(json, ' ')
    await user.click(within(dialog).getByRole('button', { name: 'Copy values' }))
    await expect.poll(() => navigator.clipboard.readText()).toBe('{"method":"GET"} ')
    expect(resolutions()).toHaveLength(1)
    await user.click(within(dialog).getByText('Close', { selector: 'button' }))
    expect(screen.queryByRole('region', { name: 'Needs a fix' })).toBeNull()
    expect(document.activeElement).toBe(screen.getByRole('list', { name: 'Fixes' }))
  })

  test('keeps entered values also if sending them is too late', async () => {
    const { press, user, fixture } = show()
    await press('Enter output')
    const dialog = await screen.findByRole('dialog', { name: 'Output of Create ticket' })
    await act(() => fixture.client.parked.resolve('parked-1', { resolution: { kind: 'route' } }))
    await user.click(within(dialog).getByRole('button', { name: 'Continue' }))
    const note = await within(dialog).findByRole('alert')
    expect(note.textContent).toContain('Already fixed: Ada Obi continued at the error port, now')
    expect(within(dialog).getByRole('textbox', { name: 'Output' })).toBeDefined()
  })

  test('warns before it sends an expression as text', async () => {
    const { press, user, resolutions } = show()
    await press('Edit values and try again')
    const dialog = await screen.findByRole('dialog', { name: 'Edit values of Create ticket' })
    expect(within(dialog).getByText(/^Values are used as they are: expressions are not evaluated\./)).toBeDefined()
    const json = within(dialog).getByRole<HTMLTextAreaElement>('textbox', { name: 'Values as JSON' })
    await user.clear(json)
    await user.click(json)
    await user.paste('{"method":"POST","url":"https://a.example/{{input.id}}"}')
    await user.click(within(dialog).getByRole('button', { name: 'Try again' }))
    expect(within(dialog).getByText(/^url: The expression is not evaluated here\./)).toBeDefined()
    await expect.poll(() => document.activeElement).toBe(json)
    expect(resolutions()).toEqual([])
    await user.click(within(dialog).getByRole('button', { name: 'Try again' }))
    await screen.findByText('Ada Obi tried again with other values, now')
    expect(resolutions()).toHaveLength(1)
  })

  test('continues with an output that a person enters', async () => {
    const { press, user, resolutions } = show()
    await press('Enter output')
    const dialog = await screen.findByRole('dialog', { name: 'Output of Create ticket' })
    const json = within(dialog).getByRole<HTMLTextAreaElement>('textbox', { name: 'Output' })
    await user.clear(json)
    await user.click(json)
    await user.paste('{"status":201}')
    await user.click(within(dialog).getByRole('button', { name: 'Continue' }))
    await screen.findByText('Ada Obi entered the output, now')
    expect(resolutions()).toEqual([
      ['parked-1', { resolution: { kind: 'complete', output: { status: 201 }, port: 'success' } }],
    ])
  })

  test('is failed only after a confirmation', async () => {
    const { press, user, resolutions } = show()
    await press('Fail run')
    const dialog = await screen.findByRole('dialog', { name: 'Fail this run?' })
    expect(within(dialog).getByText('The run ends as failed. This cannot be undone.')).toBeDefined()
    await user.click(within(dialog).getByRole('button', { name: 'Cancel' }))
    expect(resolutions()).toEqual([])
    await press('Fail run')
    await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Fail run' }))
    await screen.findByText('Ada Obi failed the node, now')
    expect(resolutions()).toEqual([['parked-1', { resolution: { kind: 'fail' } }]])
  })

  test('says of a resolution that it does not allow why', async () => {
    const data = { resolutions: ['complete', 'skip'] } as const
    const parked = frames.map((frame) =>
      frame.type === 'node_parked' ? { ...frame, data: { ...frame.data, ...data } } : frame,
    )
    show({ frames: parked })
    const route = await screen.findByRole<HTMLButtonElement>('button', { name: 'Use error port' })
    expect(route.disabled).toBe(true)
    expect(screen.getByText('Not possible: no edge leaves the "On error" port.')).toBeDefined()
    expect(screen.getAllByText('Not possible: the iterations of a loop cannot begin again.')).toHaveLength(2)
    // As of a node that undoes another one.
    expect(screen.queryByRole('button', { name: 'Fail run' })).toBeNull()
  })

  test('names the person who was first', async () => {
    const parked = new Map<string, ParkedNodeRun>([['parked-1', parkedTicket()]])
    const { client } = createFixtureClient({ frames })
    const list: typeof client.parked.list = async () => ({ items: [...parked.values()], nextCursor: null })
    const resolve: typeof client.parked.resolve = async () => {
      const resolution = { kind: 'skip', actor: mina, at: new Date().toISOString() } as const
      parked.set('parked-1', parkedTicket({ status: 'resolved', resolution }))
      throw new TenonError('PARKED_CLOSED', 'The node run was resolved by Mina Kaur with "skip"')
    }
    const raced = { ...client, parked: { ...client.parked, list, resolve } }
    const { user } = renderPart(<RunInspector client={raced} runId={FIXTURE_RUN_ID} nodeId="ticket" />)
    const again = await screen.findByRole<HTMLButtonElement>('button', { name: 'Try again' })
    await expect.poll(() => again.disabled).toBe(false)
    await user.click(again)
    expect(
      await screen.findByText('Already fixed: Mina Kaur skipped the node, now', { selector: '.tn-toast *' }),
    ).toBeDefined()
    expect(await screen.findByRole('list', { name: 'Fixes' })).toHaveProperty(
      'textContent',
      'Mina Kaur skipped the node, now',
    )
  })

  test('keeps the buttons when the server does not answer', async () => {
    const { press, fixture } = show()
    fixture.fail('parked.resolve', new TenonError('UNAVAILABLE', 'The server does not answer'))
    await press('Skip node')
    expect(await screen.findByText(/The server does not answer/, { selector: '.tn-toast *' })).toBeDefined()
    fixture.fail('parked.resolve', null)
    await press('Use error port')
    expect(await screen.findByText('Ada Obi continued at the error port, now')).toBeDefined()
  })

  test('is shown to a viewer without buttons', async () => {
    const fixture = createFixtureClient({ frames, parked: [parkedTicket()] })
    const me = async () => ({ userId: 'v', displayName: 'Vera', role: 'viewer', tenantId: 'acme' }) as const
    renderPart(<RunInspector client={{ ...fixture.client, me }} runId={FIXTURE_RUN_ID} nodeId="ticket" />)
    expect(
      await screen.findByText(/^Failed [45] minutes ago\. An editor or admin can choose how to continue\.$/),
    ).toBeDefined()
    expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull()
  })

  test('follows a resolution of another person that the log does not have yet', async () => {
    const { fixture } = show()
    await screen.findByRole('button', { name: 'Try again' })
    await act(() => fixture.client.parked.resolve('parked-1', { resolution: { kind: 'skip' } }))
    act(() => fixture.announce({ kind: 'parked', id: 'parked-1' }))
    expect(await screen.findByText('Ada Obi skipped the node, now')).toBeDefined()
  })

  test('is reached from the line above the views, and takes the focus, each time', async () => {
    const { client } = createFixtureClient({ frames, parked: [parkedTicket()] })
    const { user } = renderPart(<RunViewer client={client} runId={FIXTURE_RUN_ID} />)
    const fix = await screen.findByRole('button', { name: 'Fix' })
    for (let time = 0; time < 2; time += 1) {
      await user.click(fix)
      const heading = await screen.findByRole('heading', { level: 2, name: 'Create ticket' })
      expect(document.activeElement).toBe(heading)
    }
  })

  test('keeps the decision in sight while the next attempt runs', async () => {
    show({ frames: retriedRun(Date.now() - 120_000).frames, parked: [] })
    expect(await screen.findByText('Mina Kaur tried again with other values, now')).toBeDefined()
    expect(screen.getByRole('heading', { name: 'Values entered by Mina Kaur' })).toBeDefined()
    expect(screen.queryByRole('region', { name: 'Needs a fix' })).toBeNull()
  })
})
