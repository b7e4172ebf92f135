// @vitest-environment jsdom
import type { DocumentOperation } from '@tenon/core/document'
import { screen } from '@testing-library/react'
import { describe, expect, test, vi } from 'vitest'
import { renderPart } from '../../test/fixtures/render.tsx'
import { UnsavedDialog } from './unsaved-dialog.tsx'

const OPERATIONS: readonly DocumentOperation[] = [{ op: 'remove_node', nodeId: 'a' }]

function show() {
  return renderPart(<UnsavedDialog work={{ reason: 'You are out.', operations: OPERATIONS }} onClose={() => {}} />)
}
const area = () => screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Changes' })
const copyButton = () => screen.getByRole('button', { name: 'Copy unsaved changes' })

describe('UnsavedDialog', () => {
  test('copies the changes', async () => {
    const { user } = show()
    await user.click(copyButton())
    expect(await navigator.clipboard.readText()).toBe(area().value)
    expect(JSON.parse(area().value)).toEqual(OPERATIONS)
  })

  test('says so when the browser refuses, and selects the text to be copied by hand', async () => {
    const { user } = show()
    const refuse = vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new DOMException('', 'NotAllowedError'))
    await user.click(copyButton())
    expect(await screen.findByText(/does not let this page copy/)).toBeTruthy()
    expect(area().selectionEnd - area().selectionStart).toBe(area().value.length)
    refuse.mockRestore()
    await user.click(copyButton())
    expect(screen.queryByText(/does not let this page copy/)).toBeNull()
  })
})
