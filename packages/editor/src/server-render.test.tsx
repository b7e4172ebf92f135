import { EMPTY_DOCUMENT } from '@tenon/core/document'
import { renderToString } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { SMALL_MANIFEST } from '../test/fixtures/small-manifest.ts'
import { WorkflowEditor } from './index.ts'

describe('WorkflowEditor on a server', () => {
  test('renders a placeholder of the same frame, without a document or a window', () => {
    expect(typeof globalThis.document).toBe('undefined')
    const html = renderToString(
      <WorkflowEditor value={EMPTY_DOCUMENT} onChange={() => {}} manifest={SMALL_MANIFEST} theme="light" />,
    )
    expect(html).toContain('tn-placeholder')
    expect(html).toContain('aria-label="Workflow editor"')
    expect(html).not.toContain('react-flow')
  })
})
