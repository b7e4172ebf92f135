import { node, workflow } from '@tenon/core/testing'
import { expect, test, vi } from 'vitest'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import type { LayoutProvider } from '../layout/layout-provider.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { en } from '../messages/en/index.ts'
import { createTranslate } from '../messages/format.ts'
import { createEditorSession } from '../session/session.ts'
import { createActions } from './actions.ts'

test('a layout that fails is reported, and moves nothing', async () => {
  const session = createEditorSession({ translate: () => createTranslate(en, 'en') })
  session.store.setState({ manifest: createManifestIndex(SMALL_MANIFEST) })
  session.adopt(workflow([node('a', 'step'), node('b', 'stop')], ['a>b']))
  session.store.setState({ phase: { kind: 'ready' } })
  const before = session.read()
  const onTidyUpFailed = vi.fn()
  const layout: LayoutProvider = {
    arrange: () => Promise.reject(new TypeError('Failed to fetch dynamically imported module')),
  }
  const actions = createActions({
    session,
    canvas: { current: null },
    layout: () => layout,
    copySelection: () => {},
    paste: () => {},
    focusInspector: () => {},
    focusView: () => {},
    onTidyUpFailed,
  })
  actions['tidy-up']()
  await vi.waitFor(() => expect(onTidyUpFailed).toHaveBeenCalledTimes(1))
  expect(session.read()).toBe(before)
})
