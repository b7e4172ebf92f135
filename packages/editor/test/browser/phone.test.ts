import type { Page } from 'playwright'
import { describe, expect, test } from 'vitest'
import { editorSuite } from './open-editor.ts'

const { open } = editorSuite()

// Not at once: the page may be gone before it could answer.
const goBack = (page: Page) => page.evaluate(() => void setTimeout(() => history.back()))
const entries = (page: Page) => page.evaluate(() => history.length)

async function openPanelAndDialog() {
  const editor = await open({ document: 'chain', width: 480 })
  const { page, inspector } = editor
  await page.getByRole('button', { name: /^Alpha/ }).click()
  await inspector.waitFor()
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Keyboard shortcuts' }).click()
  const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await dialog.waitFor()
  return { ...editor, dialog }
}

describe('Back on a phone', () => {
  test('closes the dialog, then the panel, and only then leaves the page', async () => {
    const { page, inspector, dialog } = await openPanelAndDialog()
    const address = page.url()
    await goBack(page)
    await dialog.waitFor({ state: 'detached' })
    expect(await inspector.isVisible()).toBe(true)
    await goBack(page)
    await expect.poll(() => inspector.isVisible()).toBe(false)
    expect(page.url()).toBe(address)
    await goBack(page)
    await page.waitForURL('about:blank')
  })

  test('leaves at once what was closed by its own button', async () => {
    const { page, inspector, dialog } = await openPanelAndDialog()
    await dialog.getByRole('button', { name: 'Close' }).click()
    await dialog.waitFor({ state: 'detached' })
    await inspector.getByRole('button', { name: 'Close' }).click()
    await expect.poll(() => inspector.isVisible()).toBe(false)
    await expect.poll(() => page.evaluate(() => history.state?.tenonLayers)).toBeUndefined()
    await goBack(page)
    await page.waitForURL('about:blank')
  })

  test('closes a menu and a popover', async () => {
    const { page } = await open({ document: 'faulty', width: 480 })
    await page.getByRole('button', { name: 'More', exact: true }).click()
    const menu = page.getByRole('menu')
    await menu.waitFor()
    await expect.poll(() => page.evaluate(() => history.state?.tenonLayers)).toBeDefined()
    await goBack(page)
    await menu.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: /^\d+ problems?$/ }).click()
    const problems = page.getByRole('dialog', { name: 'Problems' })
    await problems.waitFor()
    await expect.poll(() => page.evaluate(() => history.state?.tenonLayers)).toBeDefined()
    await goBack(page)
    await problems.waitFor({ state: 'detached' })
  })

  test('a wide editor adds nothing to the history of its host', async () => {
    const { page, card, inspector } = await open({ document: 'chain', width: 1_024 })
    const before = await entries(page)
    await card('Alpha').click()
    await inspector.waitFor()
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Keyboard shortcuts' }).click()
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    expect(await entries(page)).toBe(before)
  })
})

describe('Delete on a phone', () => {
  test('can be undone by the toast that reports it', async () => {
    const { page, inspector } = await open({ document: 'chain', width: 390 })
    const row = page.getByRole('button', { name: /^Alpha/ })
    await page.getByRole('button', { name: 'Actions for Alpha' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await row.waitFor({ state: 'detached' })
    const toast = page.getByRole('region', { name: 'Notifications' })
    await toast.getByText('Alpha deleted').waitFor()
    await toast.getByRole('button', { name: 'Undo' }).click()
    await row.waitFor()
    expect(await inspector.isVisible()).toBe(false)
  })

  test('shows the undo of the last change only, and keeps the focus in the list', async () => {
    const { page, names } = await open({ document: 'chain', width: 390 })
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-row') ?? null)
    const remove = async (name: string) => {
      await page.getByRole('button', { name: `Actions for ${name}` }).click()
      await page.getByRole('menuitem', { name: 'Delete' }).click()
      await page.getByRole('menu').waitFor({ state: 'detached' })
    }
    await remove('Alpha')
    await expect.poll(focused).toBe('z')
    await remove('Finish')
    await expect.poll(focused).toBe('start')
    const toasts = page.getByRole('region', { name: 'Notifications' })
    await toasts.getByText('Finish deleted').waitFor()
    expect(await toasts.getByRole('button', { name: 'Undo' }).count()).toBe(1)
    await toasts.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(names).toEqual(['Begin', 'Finish'])
  })
})

describe('undo and redo on a phone', () => {
  test('have buttons above the list, which cover no node', async () => {
    const { page, names, inspector } = await open({ document: 'chain', width: 390 })
    const tools = page.getByRole('toolbar', { name: 'Changes' })
    const undo = tools.getByRole('button', { name: 'Undo' })
    const row = page.getByRole('button', { name: /^Alpha/ })
    expect(await undo.getAttribute('aria-disabled')).toBe('true')
    await page.getByRole('button', { name: 'Actions for Alpha' }).click()
    await page.getByRole('menuitem', { name: 'Duplicate' }).click()
    await page.getByRole('complementary', { name: 'Inspector' }).getByRole('button', { name: 'Close' }).click()
    const before = (await names()).length
    await undo.click()
    await expect.poll(async () => (await names()).length).toBe(before - 1)
    await tools.getByRole('button', { name: 'Redo' }).click()
    await expect.poll(async () => (await names()).length).toBe(before)
    expect(await inspector.isVisible()).toBe(false)
    const [bar, first] = [await tools.boundingBox(), await row.first().boundingBox()]
    expect((bar?.y ?? 0) + (bar?.height ?? 0)).toBeLessThanOrEqual(first?.y ?? 0)
  })
})

describe('the menu on a phone', () => {
  test('offers no canvas, and its button shows no tooltip after it', async () => {
    const { page } = await open({ document: 'chain', width: 390 })
    const more = page.getByRole('button', { name: 'More', exact: true })
    await more.click()
    await page.getByRole('menuitem', { name: 'Workflow settings' }).waitFor()
    expect(await page.getByRole('menuitem', { name: /Show as/ }).count()).toBe(0)
    expect(await page.getByRole('tooltip').count()).toBe(0)
    await page.mouse.click(20, 400)
    await page.getByRole('menu').waitFor({ state: 'detached' })
    await page.keyboard.press('o')
    await page.getByRole('region', { name: 'Outline' }).waitFor()
    expect(await page.getByRole('tooltip').count()).toBe(0)
  })
})
