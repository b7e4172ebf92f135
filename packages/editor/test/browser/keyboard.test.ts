import { describe, expect, test } from 'vitest'
import { editorSuite } from './open-editor.ts'

const { open } = editorSuite()

describe('drawing with the keyboard', () => {
  test('a workflow is drawn without the mouse', async () => {
    const { page, canvas, names, edges } = await open({ document: 'empty' })
    await page.getByRole('button', { name: 'Add "Start"' }).press('Enter')
    for (const search of ['plain', 'stop']) {
      await canvas.press('/')
      await page.getByRole('dialog', { name: 'Add a node' }).getByRole('combobox').and(page.locator(':focus')).waitFor()
      await page.keyboard.type(search)
      await page.keyboard.press('Enter')
    }
    await expect.poll(names).toEqual(['Plain step', 'Start', 'Stop'])
    expect(await edges()).toHaveLength(2)
  })

  test('without a selection, / adds a node that covers no card, and one that is joined to the only node', async () => {
    const quickAdd = async ({ page, canvas }: Pick<Awaited<ReturnType<typeof open>>, 'page' | 'canvas'>) => {
      await canvas.press('/')
      await page.getByRole('dialog', { name: 'Add a node' }).getByRole('combobox').and(page.locator(':focus')).waitFor()
      await page.keyboard.type('plain')
      await page.keyboard.press('Enter')
    }
    const several = await open({ document: 'chain' })
    const before = (await several.names()).length
    await several.canvas.press('Escape')
    await quickAdd(several)
    await expect.poll(async () => (await several.names()).length).toBe(before + 1)
    const covered = await several.page.evaluate(() => {
      const boxes = [...document.querySelectorAll('.tn-card')].map((card) => card.getBoundingClientRect())
      return boxes.filter((a) =>
        boxes.some((b) => a !== b && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom),
      ).length
    })
    expect(covered).toBe(0)
    const single = await open({ document: 'empty' })
    await single.page.getByRole('button', { name: 'Add "Start"' }).press('Enter')
    await single.canvas.press('Escape')
    await quickAdd(single)
    await expect.poll(single.edges).toHaveLength(1)
  })

  test('the palette adds behind the selected node on Enter', async () => {
    const { card, palette, edges } = await open({ document: 'parted' })
    await card('Meeting').click()
    await palette.getByRole('searchbox').fill('stop')
    await palette.getByRole('searchbox').press('Enter')
    await expect.poll(edges).toContainEqual(expect.stringMatching(/^m:success>stop_/))
  })

  test('two nodes are connected by choosing the way out and the target', async () => {
    const { page, card, canvas, edges } = await open({ document: 'parted' })
    await card('Which way').click()
    await canvas.press('c')
    const dialog = page.getByRole('dialog', { name: 'Connect Which way' })
    await dialog.getByText('no', { exact: true }).click()
    await dialog.getByRole('combobox').fill('meet')
    await page.keyboard.press('Enter')
    await expect.poll(edges).toContain('w:no>m:in')
  })

  test('arrows move the selection, Delete takes it away, undo brings it back selected', async () => {
    const { page, card, canvas, names } = await open({ document: 'chain' })
    const x = () => page.evaluate(() => window.editors[0]?.value.nodes.find(({ id }) => id === 'a')?.position.x)
    const before = (await x()) ?? 0
    await card('Alpha').click()
    await canvas.press('ArrowRight')
    await expect.poll(x).toBe(before + 10)
    await canvas.press('Delete')
    await expect.poll(names).toEqual(['Begin', 'Finish'])
    await canvas.press('ControlOrMeta+z')
    await expect.poll(names).toEqual(['Alpha', 'Begin', 'Finish'])
    expect(await page.locator('.tn-card[data-selected]').count()).toBe(1)
  })

  test('copying and pasting gives new nodes with the edges among them', async () => {
    const { page, canvas, names, edges } = await open({ document: 'chain' })
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await canvas.focus()
    await canvas.press('ControlOrMeta+a')
    await canvas.press('ControlOrMeta+c')
    await canvas.press('ControlOrMeta+v')
    await expect.poll(names).toEqual(['Alpha', 'Alpha 2', 'Begin', 'Begin 2', 'Finish', 'Finish 2'])
    expect(await edges()).toHaveLength(4)
  })

  test('what happened is said to people who do not see the canvas', async () => {
    const { page, card, canvas } = await open({ document: 'chain' })
    await card('Alpha').click()
    await canvas.press('d')
    await expect.poll(() => page.locator('[aria-live="polite"]').allTextContents()).toContain('Alpha disabled')
  })

  test('letters typed into a field are letters, not shortcuts', async () => {
    const { page, card, inspector, names } = await open({ document: 'chain' })
    await card('Alpha').click()
    const name = inspector.getByRole('textbox', { name: 'Name of the node' })
    await name.fill('cd/1?')
    await name.press('Backspace')
    await name.press('Enter')
    await expect.poll(names).toEqual(['Begin', 'Finish', 'cd/1'])
    expect(await page.getByRole('dialog').count()).toBe(0)
  })
})

describe('where the focus is', () => {
  const hasFocus = (element: Element) => element.matches(':focus')

  test('the canvas has it after loading when the editor is the main thing on the page', async () => {
    const { page, canvas, names } = await open({ document: 'chain' })
    await expect.poll(() => canvas.evaluate(hasFocus)).toBe(true)
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.press('Delete')
    await expect.poll(names).toEqual([])
  })

  test('a field of the host keeps it, and an editor that is a small part of the page does not ask for it', async () => {
    const first = await open({ document: 'chain', query: 'host-focus' })
    await first.card('Alpha').waitFor()
    expect(await first.page.getByRole('textbox', { name: 'Host' }).evaluate(hasFocus)).toBe(true)
    const second = await open({ document: 'chain', editors: 3, height: 1_600 })
    await second.page.locator('.tn-card').nth(8).waitFor()
    expect(await second.page.evaluate(() => document.activeElement === document.body)).toBe(true)
  })

  test('Escape leads from a field back to the canvas, where the next key is a shortcut again', async () => {
    const { page, card, canvas, inspector, names } = await open({ document: 'chain' })
    await card('Alpha').click()
    await canvas.press('F2')
    const name = inspector.getByRole('textbox', { name: 'Name of the node' })
    await expect.poll(() => name.evaluate(hasFocus)).toBe(true)
    await page.keyboard.press('Escape')
    await expect.poll(() => canvas.evaluate(hasFocus)).toBe(true)
    expect(await card('Alpha').getAttribute('data-selected')).not.toBeNull()
    await page.keyboard.press('Delete')
    await expect.poll(names).toEqual(['Begin', 'Finish'])
  })

  test('the list of fields takes the keyboard: typing filters, Enter inserts, Escape returns to the button', async () => {
    const { page, card, inspector } = await open({ document: 'chain' })
    await card('Alpha').click()
    const button = inspector.getByRole('button', { name: 'Insert a field' }).first()
    const search = page.getByRole('dialog', { name: 'Insert a field' }).getByRole('searchbox')
    const state = () => page.evaluate(() => window.editors[0]?.value.nodes.map(({ disabled }) => disabled === true))
    const outline = page.locator('.tn-outline')
    await button.focus()
    await page.keyboard.press('d')
    await page.keyboard.press('o')
    expect([await outline.count(), await state()]).toEqual([0, [false, false, false]])
    await page.keyboard.press('Enter')
    await expect.poll(() => search.evaluate(hasFocus)).toBe(true)
    await page.keyboard.press('Escape')
    await expect.poll(() => button.evaluate(hasFocus)).toBe(true)
    expect(await search.count()).toBe(0)
    await page.keyboard.press('Enter')
    await expect.poll(() => search.evaluate(hasFocus)).toBe(true)
    await page.keyboard.type('dcito')
    await page.keyboard.press('Enter')
    await page.getByText('No fields match "dcito".').waitFor()
    await search.fill('cit')
    await page.keyboard.press('Tab')
    await page.keyboard.press('d')
    await page.keyboard.press('o')
    await search.press('Enter')
    await expect
      .poll(() => page.evaluate("window.editors[0].value.nodes.find((node) => node.id === 'a').params.text"))
      .toMatch(/\{\{nodes\.start\.output\.city\}\}.*city\}\}/)
    expect([await outline.count(), await state()]).toEqual([0, [false, false, false]])
    expect(await search.count()).toBe(0)
  })

  test('Escape leads back from a code field, a choice and the palette, too', async () => {
    const { page, card, canvas, inspector, palette } = await open({ document: 'chain' })
    await card('Alpha').click()
    const controls = [
      inspector.getByRole('textbox', { name: 'Text' }),
      inspector.getByRole('tab', { name: 'Policy' }),
      palette.getByRole('button', { name: /^Plain step/ }),
      palette.getByRole('searchbox'),
    ]
    for (const control of controls) {
      await control.focus()
      await page.keyboard.press('Escape')
      await expect.poll(() => canvas.evaluate(hasFocus)).toBe(true)
    }
  })
})

test('the list of keys has every key of the keymap, copy and paste included', async () => {
  const { page, canvas } = await open({ document: 'chain' })
  await canvas.press('?')
  const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  for (const action of ['Copy', 'Cut', 'Paste', 'Duplicate', 'Back to the canvas', 'Show keyboard shortcuts']) {
    await dialog.getByText(action, { exact: true }).waitFor()
  }
})

describe('two editors on one page', () => {
  test('keys reach only the editor that has the focus, and none of them the host', async () => {
    const { page } = await open({ document: 'chain', editors: 2, height: 1300 })
    const editor = (index: number) => page.locator(`[data-editor="${index}"]`)
    const count = (index: number) => page.evaluate((at) => window.editors[at]?.value.nodes.length, index)
    const canvas = (index: number) => editor(index).getByRole('application', { name: 'Canvas' })
    for (const index of [0, 1])
      await editor(index)
        .getByRole('article', { name: /^Alpha/ })
        .click()
    await canvas(1).press('Delete')
    await expect.poll(() => count(1)).toBe(2)
    expect(await count(0)).toBe(3)
    await canvas(0).press('ControlOrMeta+z')
    expect(await count(1)).toBe(2)
    await editor(0)
      .getByRole('article', { name: /^Alpha/ })
      .click()
    const host = page.getByRole('textbox', { name: 'Host' })
    await host.fill('abc')
    await host.press('Backspace')
    await host.press('ControlOrMeta+z')
    expect(await count(0)).toBe(3)
    await page.evaluate(() => (document.activeElement as HTMLElement).blur())
    await page.keyboard.press('Delete')
    await page.keyboard.press('Backspace')
    expect([await count(0), await count(1)]).toEqual([3, 2])
  })

  test('ids on the page are unique, and each has its own selection', async () => {
    const { page } = await open({ document: 'chain', editors: 2, height: 1300 })
    await page
      .locator('[data-editor="0"]')
      .getByRole('article', { name: /^Alpha/ })
      .click()
    await page
      .locator('[data-editor="1"]')
      .getByRole('article', { name: /^Begin/ })
      .click()
    await expect.poll(() => page.locator('.tn-card[data-selected]').count()).toBe(2)
    const twice = await page.evaluate(() => {
      const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id)
      return ids.filter((id, index) => ids.indexOf(id) !== index)
    })
    expect(twice).toEqual([])
  })

  test('the outline and the canvas replace each other, and keep the keyboard', async () => {
    const { page, canvas } = await open({ document: 'chain' })
    await canvas.focus()
    await page.keyboard.press('o')
    const outline = page.getByRole('region', { name: 'Outline' })
    await outline.waitFor()
    await page.keyboard.press('o')
    await canvas.waitFor()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
  })
})
