// @vitest-environment jsdom
import { node, workflow } from '@tenon/core/testing'
import { screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { renderInspector } from '../../test/fixtures/render-inspector.tsx'

const document = workflow(
  [
    { ...node('begin', 'start'), disabled: true },
    { ...node('a', 'step', { text: 'hi' }), disabled: true },
  ],
  ['begin>a'],
)

test.each([
  ['begin', 'This trigger is disabled', 'It starts no new runs. Runs in progress continue.'],
  ['a', 'This node is disabled', 'Runs skip it and continue with the next node.'],
])('%s says what being disabled does, and can be enabled there', async (nodeId, title, text) => {
  const { user, nodeOf } = renderInspector({ document, nodeId })
  expect(await screen.findByText(title)).toBeTruthy()
  expect(screen.getByText(text, { exact: false })).toBeTruthy()
  await user.click(screen.getByRole('button', { name: 'Enable' }))
  expect(nodeOf(nodeId)?.disabled ?? false).toBe(false)
  expect(screen.queryByText(title)).toBeNull()
})
