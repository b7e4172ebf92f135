// @vitest-environment jsdom
import type { ResolvedParkedGroup } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import { act, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, test, vi } from 'vitest'
import { createFixtureClient } from '../../../test/fixtures/fixture-client.ts'
import { parkedTicket } from '../../../test/fixtures/parked.ts'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { STORED_WORKFLOW } from '../../../test/fixtures/stored-workflow.ts'
import { ParkedInbox } from './parked-inbox.tsx'

const ago = (ms: number) => new Date(Date.now() - ms).toISOString()
const HOUR = 3_600_000
const CRM = { fingerprint: 'f'.repeat(32), nodeId: 'crm', error: { code: 'TIMEOUT', message: 'The CRM is too slow' } }

const tickets = [1, 2, 3].map((number) =>
  parkedTicket({ parkedId: `t-${number}`, runId: `run-${number}`, waitId: 'ticket/1/0', parkedAt: ago(number * HOUR) }),
)

// Texts of toasts are read aloud as well, by another element.
const inToast = { selector: '.tn-toast *' }

function show(
  parked = [...tickets, parkedTicket({ ...CRM, parkedId: 'c-1', runId: 'run-9', parkedAt: ago(5 * HOUR) })],
) {
  const fixture = createFixtureClient({ parked })
  const onOpenRun = vi.fn()
  return { ...renderPart(<ParkedInbox client={fixture.client} onOpenRun={onOpenRun} />), fixture, onOpenRun }
}
const groups = async () => within(await screen.findByRole('list', { name: 'Causes' })).getAllByRole('button')
const texts = async () => (await groups()).map((item) => [...item.children].map((part) => part.textContent))

describe('ParkedInbox', () => {
  test('lists one group for each cause, with its node and numbers, and the items of the first', async () => {
    const { onOpenRun, user } = show()
    await waitFor(async () =>
      expect(await texts()).toEqual([
        [
          '422 from the help desk: unknown customer "C-789"',
          'Support ticket router · Create ticket',
          '3 failures, the last 1 hour ago',
        ],
        ['The CRM is too slow', 'Support ticket router · Log to CRM', '1 failure, the last 5 hours ago'],
      ]),
    )
    const items = await screen.findByRole('list', { name: 'Failed nodes' })
    expect(within(items).getAllByRole('listitem')).toHaveLength(3)
    await user.click(within(items).getByRole('button', { name: 'Open Run run-2' }))
    expect(onOpenRun).toHaveBeenCalledExactlyOnceWith('run-2')
  })

  test('says of nodes that undo others what remains if they are skipped, and has no port for them', async () => {
    const resolutions = ['retry', 'retry_with_params', 'complete', 'skip'] as const
    const { user } = show(tickets.map((ticket) => ({ ...ticket, resolutions })))
    await user.click(await screen.findByRole('button', { name: 'Skip all 3' }))
    const dialog = await screen.findByRole('dialog', { name: 'Skip 3 nodes?' })
    expect(within(dialog).getByText(/^What these nodes should undo stays as it is\./)).toBeDefined()
    await user.click(within(dialog).getByRole('button', { name: 'Cancel' }))
    await user.click(screen.getByRole('button', { name: 'More ways to continue Run run-1' }))
    const items = (await screen.findAllByRole('menuitem')).map(({ textContent }) => textContent)
    expect(items).toEqual(['Skip node'])
  })

  test('resolves one of a group, and says who was first if it is too late', async () => {
    const { user, fixture } = show()
    await user.click(await screen.findByRole('button', { name: 'Try again: Run run-1' }))
    expect(await screen.findByText('1 tried again', inToast)).toBeDefined()
    expect(await screen.findByRole('button', { name: 'Try all 2 again' })).toBeDefined()
    await act(() => fixture.client.parked.resolve('t-2', { resolution: { kind: 'skip' } }))
    await user.click(screen.getByRole('button', { name: 'Try again: Run run-2' }))
    expect(await screen.findByText('Already fixed: Ada Obi skipped the node, now', inToast)).toBeDefined()
  })

  test('moves the runs of a group to the latest version page by page, and names a reason why some cannot', async () => {
    const fixture = createFixtureClient({ parked: tickets })
    const [ticket] = tickets
    const bodies: unknown[] = []
    const refused = [{ runId: 'run-3', code: 'MIGRATION_REFUSED', message: 'These nodes do not fit: "Review"' }]
    const migrateAll: typeof fixture.client.runs.migrateAll = async (_id, body) => {
      bodies.push(body)
      if (bodies.length === 1) throw new TenonError('UNAVAILABLE', 'The server does not answer')
      const isFirst = bodies.length === 2
      const runIds = isFirst ? ['run-1', 'run-2'] : []
      return { runIds, unchanged: 0, refused: isFirst ? [] : refused, nextCursor: isFirst ? 'next' : null }
    }
    const client = {
      ...fixture.client,
      workflows: {
        ...fixture.client.workflows,
        get: async () => ({ ...STORED_WORKFLOW, version: '9', liveVersion: '9' }),
      },
      runs: { ...fixture.client.runs, migrateAll },
    }
    const { user } = renderPart(<ParkedInbox client={client} />)
    await user.click(await screen.findByRole('button', { name: 'Move all 3 to version 9' }))
    expect(await screen.findByText(/The server does not answer/, inToast)).toBeDefined()
    await user.click(screen.getByRole('button', { name: 'Move all 3 to version 9' }))
    const sent = '2 runs move to version 9, 1 cannot · These nodes do not fit: "Review"'
    expect(await screen.findByText(sent, inToast)).toBeDefined()
    const request = { version: '9', fingerprint: ticket?.fingerprint }
    expect(bodies.slice(1)).toEqual([request, { ...request, cursor: 'next' }])
  })

  test('resolves a whole group page by page, and says what happened', async () => {
    const { client, announce } = createFixtureClient({ parked: tickets })
    const refusal = { parkedId: 't-3', code: 'RESOLUTION_REFUSED', message: 'Its iterations have begun' }
    const answers: ResolvedParkedGroup[] = [
      { resolved: 9, nodeRuns: [], closed: 2, refused: [], nextCursor: 'next' },
      { resolved: 1, nodeRuns: [], closed: 0, refused: [refusal], nextCursor: null },
    ]
    let release = () => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    const bodies: unknown[] = []
    const resolveGroup: typeof client.parked.resolveGroup = async (body) => {
      bodies.push(body)
      if (bodies.length === 2) await held
      const answer = answers[bodies.length - 1]
      if (answer === undefined) throw new TenonError('INTERNAL', 'No more pages')
      return answer
    }
    const { user } = renderPart(<ParkedInbox client={{ ...client, parked: { ...client.parked, resolveGroup } }} />)
    await user.click(await screen.findByRole('button', { name: 'Try all 3 again' }))
    expect(await screen.findByText('11 of 11 done')).toBeDefined()
    expect(screen.getByRole('button', { name: 'Skip all 3' })).toHaveProperty('disabled', true)
    act(() => announce({ kind: 'parked', id: 't-1' }))
    release()
    expect(await screen.findByText('10 tried again, 2 were already fixed, 1 does not allow this')).toBeDefined()
    expect(screen.getByText('Its iterations have begun')).toBeDefined()
    const { workflowId, fingerprint } = parkedTicket()
    const first = { workflowId, fingerprint, resolution: { kind: 'retry' } }
    expect(bodies).toEqual([first, { ...first, cursor: 'next' }])
  })

  test('says how many of those that were tried again have failed again, whatever the cause is then', async () => {
    const { user, fixture } = show()
    await user.click(await screen.findByRole('button', { name: 'Try all 3 again' }))
    expect(await screen.findByText('3 tried again')).toBeDefined()
    const again = (number: number, change = {}) =>
      parkedTicket({
        parkedId: `again-${number}`,
        runId: `run-${number}`,
        waitId: 'ticket/2/0',
        parkedAt: ago(0),
        ...change,
      })
    // Of these, run 8 was not tried again, and run 3 has another cause now.
    fixture.park(again(1), again(3, CRM), again(8))
    act(() => fixture.announce({ kind: 'parked', id: 'again-1' }))
    expect(await screen.findByText('3 tried again, 2 failed again')).toBeDefined()
    fixture.park(again(2))
    act(() => fixture.announce({ kind: 'parked', id: 'again-2' }))
    expect(await screen.findByText('3 tried again, 3 failed again')).toBeDefined()
  })

  test('asks before it skips a group, can be stopped, and says what is done', async () => {
    const { client } = createFixtureClient({ parked: tickets })
    let release = () => {}
    const resolveGroup = vi.fn<typeof client.parked.resolveGroup>(async () => {
      await new Promise<void>((resolve) => (release = resolve))
      return { resolved: 2, nodeRuns: [], closed: 0, refused: [], nextCursor: 'more' }
    })
    const { user } = renderPart(<ParkedInbox client={{ ...client, parked: { ...client.parked, resolveGroup } }} />)
    await user.click(await screen.findByRole('button', { name: 'Skip all 3' }))
    const dialog = await screen.findByRole('dialog', { name: 'Skip 3 nodes?' })
    expect(resolveGroup).not.toHaveBeenCalled()
    await user.click(within(dialog).getByRole('button', { name: 'Skip all 3' }))
    await user.click(await screen.findByRole('button', { name: 'Stop' }))
    release()
    expect(await screen.findByText('2 skipped')).toBeDefined()
    expect(resolveGroup).toHaveBeenCalledOnce()
  })

  test('fails a group only after a confirmation, and keeps its card with the result', async () => {
    const { user, fixture } = show()
    await user.click(await screen.findByRole('button', { name: 'Fail all 3' }))
    const dialog = await screen.findByRole('dialog', { name: 'Fail 3 nodes?' })
    await user.click(within(dialog).getByRole('button', { name: 'Fail 3 nodes' }))
    expect(await screen.findByText('3 failed')).toBeDefined()
    await waitFor(async () => expect(await groups()).toHaveLength(1))
    expect(screen.getByRole('article', { name: /^422 from the help desk/ })).toBeDefined()
    expect(screen.queryByRole('button', { name: 'Fail all 3' })).toBeNull()
    await user.click((await groups())[0] ?? document.body)
    await user.click(await screen.findByRole('button', { name: 'Skip node' }))
    expect(await screen.findByText('1 skipped')).toBeDefined()
    expect(await screen.findByText('Nothing needs a fix')).toBeDefined()
    expect(fixture.calls.filter(({ name }) => name === 'parked.resolveGroup')).toHaveLength(2)
  })

  test('names the items of a loop, and says that a group of them ends its iterations, not its runs', async () => {
    const { client } = createFixtureClient({ parked: [parkedTicket({ runId: 'run-1', nodeRunId: 'ticket#2.0' })] })
    const { user } = renderPart(<ParkedInbox client={client} />)
    expect(await screen.findByRole('button', { name: 'Try again: Run run-1, item 3.1' })).toBeDefined()
    await user.click(await screen.findByRole('button', { name: 'Fail node' }))
    const dialog = await screen.findByRole('dialog', { name: 'Fail 1 node?' })
    expect(within(dialog).getByText('The iteration ends as failed. This cannot be undone.')).toBeDefined()
  })

  test('says what failed, and that nothing needs a fix', async () => {
    const fixture = createFixtureClient()
    fixture.fail('parked.groups', new TenonError('UNAVAILABLE', 'The server does not answer'))
    const { user } = renderPart(<ParkedInbox client={fixture.client} />)
    expect((await screen.findByRole('alert')).textContent).toContain('The server does not answer')
    fixture.fail('parked.groups', null)
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    expect(await screen.findByText('Nothing needs a fix')).toBeDefined()
  })

  test('says why a group could not be resolved, and keeps its buttons', async () => {
    const { user, fixture } = show()
    fixture.fail('parked.resolveGroup', new TenonError('UNAVAILABLE', 'The server does not answer'))
    await user.click(await screen.findByRole('button', { name: 'Try all 3 again' }))
    expect(await screen.findByText(/The server does not answer/)).toBeDefined()
    expect(screen.getByRole('button', { name: 'Try all 3 again' })).toHaveProperty('disabled', false)
  })

  test('has no buttons for a viewer', async () => {
    const { client } = createFixtureClient({ parked: tickets })
    const me = async () => ({ userId: 'v', displayName: 'Vera', role: 'viewer', tenantId: 'acme' }) as const
    renderPart(<ParkedInbox client={{ ...client, me }} />)
    expect(await screen.findByText('An editor or admin can choose how the runs continue.')).toBeDefined()
    await screen.findByRole('list', { name: 'Failed nodes' })
    expect(screen.queryByRole('button', { name: /again|Skip|Fail|More/ })).toBeNull()
  })
})
