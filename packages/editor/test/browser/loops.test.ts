import { describe, expect, test } from 'vitest'
import { violationsOn } from './axe-violations.ts'
import { centerOf, type EditorPage, editorSuite } from './open-editor.ts'

const { open } = editorSuite()

/** The loop of each node by their names; `null` for nodes outside of loops. */
const loopsOf = ({ page }: EditorPage) =>
  page.evaluate(() => {
    const nodes = window.editors[0]?.value.nodes ?? []
    const nameOf = (id: string | undefined) => nodes.find((node) => node.id === id)?.name ?? null
    return Object.fromEntries(nodes.map(({ name, parentId }) => [name, nameOf(parentId)]))
  })

describe('loops on the canvas', () => {
  test('a loop is built from the palette, and a node moves in and out of it', async () => {
    const editor = await open({ document: 'loop-none' })
    const { page, canvas, palette, card, edges, dragTo } = editor
    const box = await canvas.boundingBox()
    await dragTo(palette.getByRole('button', { name: /^For each/ }), { x: (box?.x ?? 0) + 300, y: (box?.y ?? 0) + 560 })
    await page.getByRole('button', { name: /problem/ }).click()
    await page.getByRole('button', { name: 'Add the first step' }).last().click()
    await page.getByRole('dialog', { name: 'Add a node' }).waitFor()
    await page.keyboard.press('Escape')
    await card('For each').getByRole('button', { name: 'Add the first step' }).click()
    const picker = page.getByRole('dialog', { name: 'Add a node' })
    // A run starts and ends outside of loops.
    expect(await picker.getByRole('option', { name: /^(Start|Stop)/ }).count()).toBe(0)
    await picker.getByRole('combobox').fill('plain')
    await page.keyboard.press('Enter')
    await expect.poll(() => loopsOf(editor)).toMatchObject({ 'Plain step': 'For each' })

    const before = await edges()
    await dragTo(card('Send the receipt').locator('.tn-card-title'), card('For each').locator('.tn-loop-body'))
    await expect.poll(() => loopsOf(editor)).toMatchObject({ 'Send the receipt': 'For each' })
    // The neighbors that it left are connected.
    expect(await edges()).toEqual(['charge:success>finish:in', 'start:success>charge:in'])
    await page.locator('.tn-toast', { hasText: '2 connections removed' }).waitFor()
    await page.locator('.tn-toast').getByRole('button', { name: 'Undo' }).click()
    await expect.poll(edges).toEqual(before)
    expect(await loopsOf(editor)).toMatchObject({ 'Send the receipt': null })

    const frame = await card('For each').boundingBox()
    await dragTo(card('Plain step').locator('.tn-card-title'), {
      x: (frame?.x ?? 0) + (frame?.width ?? 0) + 200,
      y: (frame?.y ?? 0) + 40,
    })
    await expect.poll(() => loopsOf(editor)).toMatchObject({ 'Plain step': null })
    await card('For each').getByRole('button', { name: 'Add the first step' }).waitFor()
  })

  test('selected nodes are wrapped by a key, tidied up with their frame, and unwrapped by undo', async () => {
    const editor = await open({ document: 'loop-none' })
    const { page, card, edges, dragTo } = editor
    const before = await edges()
    await card('Charge the card').click()
    await card('Send the receipt').click({ modifiers: ['Shift'] })
    await page.keyboard.press('l')
    await expect
      .poll(() => loopsOf(editor))
      .toMatchObject({ 'Charge the card': 'For each', 'Send the receipt': 'For each', Begin: null })
    expect(await edges()).toContainEqual(expect.stringMatching(/^start:success>repeat_\w+:in$/))
    await page.keyboard.press('Escape')
    await page.keyboard.press('Shift+T')
    const isInside = async () => {
      const [outer, inner] = await Promise.all([card('For each').boundingBox(), card('Send the receipt').boundingBox()])
      if (outer === null || inner === null) return false
      return inner.x > outer.x && inner.x + inner.width < outer.x + outer.width && inner.y > outer.y
    }
    await expect.poll(isInside).toBe(true)
    // Collapsed, it moves with the nodes that are hidden.
    await card('For each').getByRole('button', { name: 'Hide the nodes inside For each' }).click()
    await expect.poll(() => card('Send the receipt').count()).toBe(0)
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Show 2 nodes inside')
    const small = await card('For each').boundingBox()
    await dragTo(card('For each').locator('.tn-card-title'), { x: (small?.x ?? 0) + 140, y: (small?.y ?? 0) + 160 })
    await card('For each').getByRole('button', { name: 'Show 2 nodes inside' }).click()
    await expect.poll(isInside).toBe(true)
    for (let step = 0; step < 3; step += 1)
      await page.locator('.tn-tools').getByRole('button', { name: 'Undo' }).click()
    await expect.poll(edges).toEqual(before)
    expect(await loopsOf(editor)).toEqual({
      Begin: null,
      'Charge the card': null,
      'Send the receipt': null,
      Finish: null,
    })
  })

  test('a group is wrapped from its panel, which leaves the focus on the canvas, and the loop is removed around it', async () => {
    const editor = await open({ document: 'loop-none' })
    const { page, card, edges } = editor
    const before = await edges()
    await card('Charge the card').click()
    await card('Send the receipt').click({ modifiers: ['Shift'] })
    await page.getByRole('button', { name: 'Wrap in…' }).click()
    await page.getByRole('menuitem', { name: 'Wrap in For each' }).click()
    await expect.poll(() => loopsOf(editor)).toMatchObject({ 'Charge the card': 'For each' })
    const hasFocus = () => page.evaluate(() => document.activeElement?.closest('.tn-canvas') !== null)
    await expect.poll(hasFocus).toBe(true)
    await page.getByRole('button', { name: 'More actions' }).last().click()
    await page.getByRole('menuitem', { name: 'Remove For each, keep its nodes' }).click()
    await expect.poll(() => loopsOf(editor)).not.toHaveProperty('For each')
    expect(await edges()).toEqual(before)
    // From the menu of one node, whose panel goes as well. A click on one of several that are selected keeps the others.
    await card('Begin').click()
    await card('Charge the card').click()
    await page.getByRole('button', { name: 'More actions' }).last().click()
    await page.getByRole('menuitem', { name: 'Wrap in For each' }).click()
    await expect.poll(() => loopsOf(editor)).toMatchObject({ 'Charge the card': 'For each' })
    await expect.poll(hasFocus).toBe(true)
  })

  test('dragging a frame moves its nodes along, and a trigger returns from where it cannot be', async () => {
    const { page, card, dragTo } = await open({ document: 'loop' })
    const positions = () =>
      page.evaluate(() =>
        Object.fromEntries(window.editors[0]?.value.nodes.map((node) => [node.id, node.position]) ?? []),
      )
    const before = await positions()
    const head = centerOf(await card('Each order').locator('.tn-card-title').boundingBox())
    await dragTo(card('Each order').locator('.tn-card-title'), { x: head.x, y: head.y + 160 })
    await expect.poll(positions).not.toEqual(before)
    const after = await positions()
    const stepOf = (id: string) => (after[id]?.y ?? 0) - (before[id]?.y ?? 0)
    expect(stepOf('each')).toBeGreaterThan(100)
    expect([stepOf('charge'), stepOf('mail')]).toEqual([stepOf('each'), stepOf('each')])
    expect(stepOf('start')).toBe(0)
    const start = await card('Begin').boundingBox()
    await dragTo(card('Begin').locator('.tn-card-title'), card('Each order').locator('.tn-loop-body'))
    await page.getByText('Triggers and end nodes cannot be inside a loop.').first().waitFor()
    await expect.poll(() => card('Begin').boundingBox()).toEqual(start)
  })

  test('a connection across the frame is refused, and one that is let go inside adds a node there', async () => {
    const editor = await open({ document: 'loop' })
    const { page, card, handle, edges } = editor
    const before = await edges()
    const from = centerOf(await handle('Send the receipt', 'success').boundingBox())
    const to = centerOf(await card('Finish').boundingBox())
    await page.mouse.move(from.x, from.y)
    await page.mouse.down()
    await page.mouse.move(to.x, to.y, { steps: 8 })
    await page.locator('.tn-refusal').waitFor()
    await page.mouse.up()
    expect(await edges()).toEqual(before)
    const frame = await card('Each order').boundingBox()
    await page.mouse.move(from.x, from.y)
    await page.mouse.down()
    await page.mouse.move((frame?.x ?? 0) + (frame?.width ?? 0) / 2, (frame?.y ?? 0) + (frame?.height ?? 0) - 8, {
      steps: 8,
    })
    await page.mouse.up()
    await page.getByRole('dialog', { name: 'Add a node' }).getByText('Two ways').click()
    await expect.poll(() => loopsOf(editor)).toMatchObject({ 'Two ways': 'Each order' })
  })

  test('the outline has the nodes below their loop, and a menu that moves them', async () => {
    const editor = await open({ document: 'loop', width: 390, height: 844 })
    const { page } = editor
    const inside = page.getByRole('region', { name: 'Inside Each order' })
    const rows = inside.locator('[data-row]')
    await expect
      .poll(() => rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-row'))))
      .toEqual(['charge', 'mail'])
    await inside.getByRole('button', { name: 'Add a node inside Each order' }).click()
    await page.getByRole('dialog', { name: 'Add a node' }).getByRole('combobox').fill('two ways')
    await page.keyboard.press('Enter')
    await expect.poll(() => loopsOf(editor)).toMatchObject({ 'Two ways': 'Each order' })
    await page.goBack()
    await inside.getByRole('button', { name: 'Actions for Send the receipt' }).click()
    await page.getByRole('menuitem', { name: 'Move out of Each order' }).click()
    await expect.poll(() => loopsOf(editor)).toMatchObject({ 'Send the receipt': null })
    await page.getByRole('button', { name: 'Actions for Send the receipt' }).click()
    await page.getByRole('menuitem', { name: 'Move into Each order' }).click()
    await expect.poll(() => loopsOf(editor)).toMatchObject({ 'Send the receipt': 'Each order' })
  })

  test.each(['light', 'dark'])('a loop passes axe in the %s theme', async (theme) => {
    const { page, card } = await open({ document: 'loop', query: `theme=${theme}` })
    await card('Each order').locator('.tn-card-title').click()
    expect(await violationsOn(page)).toEqual([])
  })
})
