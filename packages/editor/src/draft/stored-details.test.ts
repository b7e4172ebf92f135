// @vitest-environment jsdom
import type { TenonClient, Workflow } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import { describe, expect, test, vi } from 'vitest'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import { STORED_WORKFLOW } from '../../test/fixtures/stored-workflow.ts'
import { createEditorStore } from '../store/editor-store.ts'
import { createStoredDetails } from './stored-details.ts'

const eventually = <Value>(check: () => Value | Promise<Value>) => vi.waitFor(check, 20_000)

type Changes = Parameters<TenonClient['workflows']['update']>[1]

/** A server that answers when the test says so. */
function open() {
  const store = createEditorStore({ workflow: STORED_WORKFLOW })
  const sent: Changes[] = []
  const waiting: { resolve: (workflow: Workflow) => void; reject: (error: unknown) => void }[] = []
  const { client } = createFixtureClient()
  const update: TenonClient['workflows']['update'] = (_workflowId, changes) => {
    sent.push(changes)
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
  }
  const onRefused = vi.fn()
  const details = createStoredDetails({
    store,
    client: () => ({ ...client, workflows: { ...client.workflows, update } }),
    workflowId: 'wf',
    onRefused,
  })
  const nextAnswer = () => {
    const next = waiting.shift()
    if (next === undefined) throw new Error('nothing was sent')
    return next
  }
  const answer = (workflow: Partial<Workflow>) => nextAnswer().resolve({ ...STORED_WORKFLOW, ...workflow })
  const refuse = (error: unknown) => nextAnswer().reject(error)
  return { details, store, sent, onRefused, answer, refuse, stop: details.start() }
}

describe('createStoredDetails', () => {
  test('sends one request at a time; what is typed meanwhile stays visible and follows', async () => {
    const { details, store, sent, answer } = open()
    details.update({ description: 'So' })
    details.update({ description: 'Sort' })
    details.update({ description: 'Sorts', name: 'Requests' })
    expect(sent).toEqual([{ description: 'So' }])
    expect(store.getState()).toMatchObject({ isStoringDetails: true, workflow: { description: 'Sorts' } })
    answer({ description: 'So', version: '5' })
    await eventually(() => expect(sent).toHaveLength(2))
    expect(store.getState().workflow).toMatchObject({ description: 'Sorts', name: 'Requests', version: '5' })
    expect(sent[1]).toEqual({ description: 'Sorts', name: 'Requests' })
    answer({ description: 'Sorts', name: 'Requests' })
    await eventually(() => expect(store.getState().isStoringDetails).toBe(false))
  })

  test('keeps a change that the network does not let through, and sends it when the network is back', async () => {
    const { details, store, sent, onRefused, refuse, answer } = open()
    details.update({ description: 'Typed in a tunnel' })
    refuse(new TenonError('UNAVAILABLE', 'no answer'))
    await eventually(() => expect(store.getState().workflow?.description).toBe('Typed in a tunnel'))
    await new Promise((resolve) => setTimeout(resolve, 0))
    window.dispatchEvent(new Event('online'))
    expect(sent).toEqual([{ description: 'Typed in a tunnel' }, { description: 'Typed in a tunnel' }])
    expect(store.getState().isStoringDetails).toBe(true)
    answer({ description: 'Typed in a tunnel' })
    await eventually(() => expect(store.getState().isStoringDetails).toBe(false))
    expect(onRefused).not.toHaveBeenCalled()
  })

  test('takes back what the server refuses for good, and goes on', async () => {
    const { details, store, onRefused, refuse, answer } = open()
    details.update({ name: 'Taken' })
    refuse(new TenonError('FORBIDDEN', 'You cannot rename it'))
    await eventually(() => expect(onRefused).toHaveBeenCalledTimes(1))
    await eventually(() =>
      expect(store.getState()).toMatchObject({ isStoringDetails: false, workflow: { name: 'Tickets' } }),
    )
    details.update({ name: 'Free' })
    answer({ name: 'Free' })
    await eventually(() =>
      expect(store.getState()).toMatchObject({ isStoringDetails: false, workflow: { name: 'Free' } }),
    )
  })

  test('takes over what others change without losing what is typed here', () => {
    const { details, store } = open()
    details.update({ description: 'Mine' })
    details.accept({ ...STORED_WORKFLOW, name: 'Theirs', description: 'Theirs', version: '6' })
    expect(store.getState().workflow).toMatchObject({ name: 'Theirs', description: 'Mine', version: '6' })
  })

  test('what waits behind a request is still sent after the editor is gone', async () => {
    const { details, sent, answer, stop } = open()
    details.update({ description: 'a' })
    details.update({ description: 'ab' })
    stop()
    answer({ description: 'a' })
    await eventually(() => expect(sent).toEqual([{ description: 'a' }, { description: 'ab' }]))
  })
})
