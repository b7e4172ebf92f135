// @vitest-environment jsdom
import type { JsonObject, NodeId } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import { act, fireEvent, screen } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { renderInspector } from '../../../test/fixtures/render-inspector.tsx'
import { SMALL_MANIFEST } from '../../../test/fixtures/small-manifest.ts'
import { createManifestIndex } from '../../manifest/manifest-index.ts'

const input = (name: string) => screen.findByRole<HTMLInputElement>('spinbutton', { name })
const unitBeside = (field: HTMLElement) =>
  field.closest('.tn-duration')?.querySelector('select')?.selectedOptions[0]?.text

/** A step with one duration param of this schema. */
function show(schema: JsonObject, params: { readonly limit?: string } = {}) {
  const nodes = SMALL_MANIFEST.nodes.map((entry) =>
    entry.type === 'single'
      ? {
          ...entry,
          inline: false,
          params: {
            type: 'object',
            properties: { limit: { type: 'string', title: 'Limit', control: 'duration', ...schema } },
          },
        }
      : entry,
  )
  const view = renderInspector({ document: workflow([node('a', 'single', params)], []), nodeId: 'a' })
  act(() => view.session.store.setState({ manifest: createManifestIndex({ hash: 'durations', nodes }) }))
  return view
}

describe('an empty duration', () => {
  test('says that a run has no limit', async () => {
    renderInspector()
    const field = await input('Run timeout')
    expect([field.value, field.placeholder, unitBeside(field)]).toEqual(['', 'No limit', 'days'])
  })

  test('says which timeout an attempt has by default', async () => {
    const { user } = show({})
    await user.click(await screen.findByRole('tab', { name: 'Policy' }))
    const field = await input('Timeout per attempt')
    expect([field.value, field.placeholder, unitBeside(field)]).toEqual(['', '30 (default)', 'seconds'])
  })

  test.each([
    ['what empty means', { placeholder: 'No limit', examples: ['4h'] }, 'No limit', 'hours'],
    ['an example, marked as one', { placeholder: '5m' }, 'e.g. 5', 'minutes'],
    ['nothing', {}, '', 'seconds'],
  ])('shows %s', async (_what, schema, placeholder, unit) => {
    const { user, nodeOf } = show(schema)
    const field = await input('Limit')
    expect([field.value, field.placeholder, unitBeside(field)]).toEqual(['', placeholder, unit])
    expect(nodeOf('a')?.params).toEqual({})
    await user.type(field, '7')
    expect(nodeOf('a')?.params.limit).toBe(`7${unit.charAt(0)}`)
  })

  test('keeps its unit when the value is deleted', async () => {
    const { user, nodeOf } = show({ placeholder: 'No limit' }, { limit: '90m' })
    const field = await input('Limit')
    expect([field.value, unitBeside(field)]).toEqual(['90', 'minutes'])
    await user.clear(field)
    expect([field.value, field.placeholder, unitBeside(field)]).toEqual(['', 'No limit', 'minutes'])
    expect(nodeOf('a')?.params.limit).toBeUndefined()
  })
})

describe('a duration out of range', () => {
  test.each([
    ['1000000000', 'Enter 0.001 to 299,999,999 seconds.'],
    ['-5', 'Enter 0.001 to 299,999,999 seconds.'],
    ['0', 'Enter 0.001 to 299,999,999 seconds.'],
    ['1.2345', 'Use at most 3 decimals.'],
  ])('keeps %j with its reason, writes nothing, and Escape restores the stored timeout', async (text, why) => {
    const { user, nodeOf, session } = show({})
    act(() => void session.dispatch({ type: 'set-policy', nodeId: 'a' as NodeId, field: 'timeout', value: '7s' }))
    await user.click(await screen.findByRole('tab', { name: 'Policy' }))
    const field = await input('Timeout per attempt')
    fireEvent.change(field, { target: { value: text } })
    fireEvent.blur(field)
    expect([field.value, screen.getByRole('alert').textContent]).toEqual([text, why])
    expect(nodeOf('a')?.policy?.timeout).toBe('7s')
    expect(screen.getByRole('status').textContent).toContain('Not saved')
    await user.click(screen.getByRole('tab', { name: 'Setup' }))
    await user.click(screen.getByRole('tab', { name: 'Policy' }))
    const again = await input('Timeout per attempt')
    expect([again.value, screen.getByRole('alert').textContent]).toEqual([text, why])
    await user.click(again)
    await user.keyboard('{Escape}')
    expect([again.value, screen.queryByRole('alert')]).toEqual(['7', null])
    expect(screen.getByRole('status').textContent).not.toContain('Not saved')
  })

  test('is judged again with another unit', async () => {
    const { user, nodeOf } = show({}, { limit: '5m' })
    const field = await input('Limit')
    const unit = () => screen.getByRole('combobox', { name: 'Unit' })
    fireEvent.change(field, { target: { value: '80000' } })
    fireEvent.blur(field)
    await user.selectOptions(unit(), 'days')
    expect([(await input('Limit')).value, screen.getByRole('alert').textContent]).toEqual([
      '80000',
      'Enter 0 to 3,650 days.',
    ])
    expect(nodeOf('a')?.params.limit).toBe('80000m')
    await user.selectOptions(unit(), 'seconds')
    expect(nodeOf('a')?.params.limit).toBe('80000s')
    expect([(await input('Limit')).value, screen.queryByRole('alert')]).toEqual(['80000', null])
  })

  test('is shown when it is stored, so that it can be corrected', async () => {
    show({}, { limit: '100000000d' })
    const field = await input('Limit')
    expect([field.value, unitBeside(field)]).toEqual(['100000000', 'days'])
  })

  test('the wait before the second attempt has its own limits', async () => {
    const { user, nodeOf } = show({})
    await user.click(await screen.findByRole('tab', { name: 'Policy' }))
    const field = await input('Wait before the second attempt')
    fireEvent.change(field, { target: { value: '0.01' } })
    fireEvent.blur(field)
    expect(screen.getByRole('alert').textContent).toBe('Enter 0.1 to 299,999,999 seconds.')
    expect(nodeOf('a')?.policy?.retry).toBeUndefined()
  })
})
