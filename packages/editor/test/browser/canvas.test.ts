import { describe, expect, test } from 'vitest'
import { centerOf, editorSuite } from './open-editor.ts'

const { open } = editorSuite()

describe('drawing with the mouse', () => {
  test('a node type is dragged out of the palette to where it is dropped', async () => {
    const { page, canvas, palette, names, dragTo } = await open({ document: 'empty' })
    const box = await canvas.boundingBox()
    await dragTo(palette.getByRole('button', { name: /^Start/ }), { x: (box?.x ?? 0) + 200, y: (box?.y ?? 0) + 200 })
    await expect.poll(names).toEqual(['Start'])
    await dragTo(palette.getByRole('button', { name: /^Plain step/ }), {
      x: (box?.x ?? 0) + 500,
      y: (box?.y ?? 0) + 420,
    })
    await expect.poll(names).toEqual(['Plain step', 'Start'])
    expect(await page.locator('.tn-card[data-selected]').getAttribute('aria-label')).toContain('Plain step')
  })

  test('two ports are joined by pulling an edge, onto the handle or anywhere onto the card', async () => {
    const { canvas, palette, card, handle, edges, dragTo } = await open({ document: 'parted' })
    const box = await canvas.boundingBox()
    await dragTo(palette.getByRole('button', { name: /^Stop/ }), { x: (box?.x ?? 0) + 300, y: (box?.y ?? 0) + 640 })
    await card('Stop').waitFor()
    await dragTo(handle('Which way', 'no'), card('Stop'))
    await expect.poll(edges).toContainEqual(expect.stringMatching(/^w:no>stop_\w+:in$/))
  })

  test('a refused connection says why at the pointer and joins nothing', async () => {
    const { page, card, handle, edges } = await open({ document: 'chain' })
    const before = await edges()
    const from = centerOf(await handle('Alpha', 'success').boundingBox())
    const to = centerOf(await card('Begin').boundingBox())
    await page.mouse.move(from.x, from.y)
    await page.mouse.down()
    await page.mouse.move(to.x + 40, to.y, { steps: 8 })
    await page.mouse.move(to.x, to.y, { steps: 4 })
    await page.getByText('A trigger starts the workflow, so nothing can connect to it.').first().waitFor()
    await page.mouse.up()
    expect(await edges()).toEqual(before)
  })

  test('a node that is dropped on an edge goes into it', async () => {
    const { page, palette, edges } = await open({ document: 'chain' })
    const line = page.locator('.react-flow__edge[data-id="start:success>a:in"] .react-flow__edge-path')
    const at = centerOf(await line.boundingBox())
    const item = centerOf(await palette.getByRole('button', { name: /^One entrance/ }).boundingBox())
    await page.mouse.move(item.x, item.y)
    await page.mouse.down()
    await page.mouse.move(at.x, at.y, { steps: 10 })
    await page.locator('.tn-edge[data-drop]').waitFor()
    await page.mouse.up()
    await expect.poll(edges).toHaveLength(3)
    expect(await edges()).not.toContain('start:success>a:in')
  })

  test('a line that is let go over the empty canvas asks what comes next, and joins it', async () => {
    const { page, canvas, handle, names, edges } = await open({ document: 'parted' })
    const from = centerOf(await handle('Meeting', 'success').boundingBox())
    const box = await canvas.boundingBox()
    await page.mouse.move(from.x, from.y)
    await page.mouse.down()
    await page.mouse.move((box?.x ?? 0) + 400, (box?.y ?? 0) + 620, { steps: 10 })
    await page.mouse.up()
    const picker = page.getByRole('dialog', { name: 'Add a node' })
    await picker.getByRole('combobox').fill('stop')
    await page.keyboard.press('Enter')
    await expect.poll(names).toContain('Stop')
    expect(await edges()).toContainEqual(expect.stringMatching(/^m:success>stop_\w+:in$/))
  })

  test('the button on an edge puts a node into it', async () => {
    const { page, edges } = await open({ document: 'chain' })
    const line = page.locator('.react-flow__edge[data-id="start:success>a:in"]')
    const at = centerOf(await line.locator('.react-flow__edge-path').boundingBox())
    await page.mouse.move(at.x, at.y)
    await page.mouse.click(at.x, at.y)
    await page.getByRole('dialog', { name: 'Add a node' }).getByText('Two ways').click()
    await expect.poll(edges).toHaveLength(3)
  })

  test('dragging cards writes their positions once, and undo puts them back', async () => {
    const { page, card, dragTo } = await open({ document: 'chain' })
    const positions = () => page.evaluate(() => window.editors[0]?.value.nodes.map((node) => node.position))
    const before = await positions()
    const box = await card('Alpha').boundingBox()
    await dragTo(card('Alpha').locator('.tn-card-title'), { x: (box?.x ?? 0) + 160, y: (box?.y ?? 0) + 200 })
    await expect.poll(positions).not.toEqual(before)
    const changes = await page.evaluate(() => window.editors[0]?.changes.map((list) => list.map(({ op }) => op)))
    expect(changes).toEqual([['move_nodes']])
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(positions).toEqual(before)
  })

  test('adding a node leaves the view where it is while the node is in sight', async () => {
    const { page, canvas, palette, card, names } = await open({ document: 'chain' })
    const view = () => page.locator('.react-flow__viewport').evaluate((element) => element.style.transform)
    for (let step = 0; step < 3; step += 1) await canvas.press('ArrowDown')
    const before = await view()
    await card('Begin').click()
    await palette.getByRole('button', { name: /^Plain step/ }).click()
    await expect.poll(names).toContain('Plain step')
    await card('Plain step').waitFor()
    expect(await view()).toBe(before)
  })

  test('a node that was just added is no problem until it is left', async () => {
    const { page, canvas, palette, card, dragTo } = await open({ document: 'chain' })
    const box = await canvas.boundingBox()
    const to = { x: (box?.x ?? 0) + 200, y: (box?.y ?? 0) + 640 }
    await dragTo(palette.getByRole('button', { name: /^Plain step/ }), to)
    await card('Plain step').waitFor()
    await card('Alpha').click()
    // Now the problems are known, so they could have been shown before.
    await card('Plain step').locator('.tn-card-problem').waitFor()
    await palette.getByRole('button', { name: /^Two ways/ }).click()
    await card('Two ways').waitFor()
    expect(await page.locator('.tn-card-problem').count()).toBe(1)
  })

  test('a name in Arabic keeps its beginning', async () => {
    const { page, card, inspector } = await open({ document: 'chain' })
    await card('Alpha').click()
    await inspector
      .getByRole('textbox', { name: 'Name of the node' })
      .fill('تحليل التذكرة الجديدة ثم إرسالها إلى القسم المختص')
    const name = page.locator('.tn-card[data-selected] .tn-card-title > b')
    await expect.poll(() => name.textContent()).toContain('تحليل')
    expect(await name.evaluate((element) => getComputedStyle(element).direction)).toBe('rtl')
  })

  test('a rectangle drawn with Shift selects what it touches', async () => {
    const { page, canvas } = await open({ document: 'chain' })
    const box = await canvas.boundingBox()
    await page.keyboard.down('Shift')
    await page.mouse.move((box?.x ?? 0) + 8, (box?.y ?? 0) + 120, { steps: 3 })
    await page.mouse.down()
    await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) - 8, (box?.y ?? 0) + (box?.height ?? 0) - 120, {
      steps: 10,
    })
    await page.mouse.up()
    await page.keyboard.up('Shift')
    await expect.poll(() => page.locator('.tn-card[data-selected]').count()).toBe(3)
  })

  test('tidying up arranges all nodes as one change', async () => {
    const { page } = await open({ document: 'parted' })
    await page.getByRole('button', { name: 'Tidy up' }).click()
    await expect
      .poll(() => page.evaluate(() => window.editors[0]?.changes.map((list) => list.map(({ op }) => op))))
      .toEqual([['move_nodes']])
    const [begin, meeting] = await page.evaluate(() =>
      ['start', 'm'].map((id) => window.editors[0]?.value.nodes.find((node) => node.id === id)?.position.x ?? 0),
    )
    expect(meeting).toBeGreaterThan((begin ?? 0) + 600)
  })

  test('a large workflow is arranged in a worker', async () => {
    const { page } = await open({ document: 'large' })
    const worker = page.waitForEvent('worker')
    await page.getByRole('button', { name: 'Tidy up' }).click()
    expect((await worker).url()).toContain('layout-worker')
    await expect
      .poll(() => page.evaluate(() => window.editors[0]?.changes.map((list) => list.map(({ op }) => op))))
      .toEqual([['move_nodes']])
    const last = await page.evaluate(() => window.editors[0]?.value.nodes.at(-1)?.position)
    expect(last?.y).toBeGreaterThan(1_000)
  })

  test('on a narrow screen the card that was chosen moves out from under the inspector', async () => {
    const { page, card, inspector } = await open({ document: 'chain', width: 840 })
    await page.getByRole('button', { name: 'Fit' }).click()
    await card('Finish').click({ position: { x: 10, y: 10 } })
    await inspector.getByRole('textbox', { name: 'Name of the node' }).waitFor()
    const gap = async () => {
      const [beside, chosen] = await Promise.all([inspector.boundingBox(), card('Finish').boundingBox()])
      return (beside?.x ?? 0) - (chosen?.x ?? 0) - (chosen?.width ?? 0)
    }
    await expect.poll(gap).toBeGreaterThan(0)
  })

  test('a viewer sees everything and can change nothing', async () => {
    const { page, canvas, card, handle, edges, dragTo } = await open({ document: 'chain', query: 'read-only' })
    const before = await edges()
    await dragTo(card('Alpha').locator('.tn-card-title'), { x: 700, y: 700 })
    await dragTo(handle('Begin', 'success'), card('Finish'))
    await card('Alpha').click()
    await canvas.press('Delete')
    expect(await edges()).toEqual(before)
    expect(await page.evaluate(() => window.editors[0]?.changes)).toEqual([])
    expect(await page.getByRole('complementary', { name: 'Node types' }).count()).toBe(0)
  })
})
