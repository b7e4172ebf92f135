// @vitest-environment jsdom
import type { JsonObject } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import { act, screen } from '@testing-library/react'
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
