import type { Page } from 'playwright'
import { describe, expect, test } from 'vitest'
import { centerOf, editorSuite } from './open-editor.ts'

const { open } = editorSuite()

/** Cards that lie wholly inside the canvas. */
const cardsInView = (page: Page) =>
  page.evaluate(() => {
    const canvas = document.querySelector('.tn-canvas')?.getBoundingClientRect() ?? new DOMRect()
    return [...document.querySelectorAll('.tn-card')].filter((card) => {
      const box = card.getBoundingClientRect()
      return (
        box.left >= canvas.left && box.right <= canvas.right && box.top >= canvas.top && box.bottom <= canvas.bottom
      )
    }).length
  })

/** The smallest sizes on screen, in pixels. */
const sizesOnScreen = (page: Page) =>
  page.evaluate(() => {
    const viewport = document.querySelector('.react-flow__viewport')
    const zoom = viewport === null ? 1 : new DOMMatrix(getComputedStyle(viewport).transform).a
    const least = (selector: string, size: (element: Element) => number) =>
      Math.min(...[...document.querySelectorAll(selector)].map(size))
    return {
      name: least('.tn-card-title > b', (element) => Number.parseFloat(getComputedStyle(element).fontSize) * zoom),
      edge: least('.react-flow__edge-path', (path) => Number.parseFloat(getComputedStyle(path).strokeWidth) * zoom),
      icon: least('.tn-card .tn-tile', (element) => element.getBoundingClientRect().width),
      mark: least('.tn-card-problem', (element) => element.getBoundingClientRect().width),
    }
  })

describe('panels beside the canvas', () => {
  test('close and open by keyboard and by button, and give the canvas their room', async () => {
    const { page, canvas, palette, inspector } = await open({ document: 'chain' })
    const width = async () => (await canvas.boundingBox())?.width ?? 0
    expect(await width()).toBeGreaterThanOrEqual(900)
    await canvas.press('p')
    await expect.poll(() => palette.isVisible()).toBe(false)
    await canvas.press('i')
    await expect.poll(() => inspector.isVisible()).toBe(false)
    await expect.poll(width).toBe(1_440)
    await page.getByRole('button', { name: 'Show node types' }).click()
    await palette.waitFor()
    await page.getByRole('button', { name: 'Show the inspector' }).click()
    await inspector.waitFor()
  })

  test('have buttons that cover no row of the outline, also in a narrow editor', async () => {
    for (const width of [1_440, 1_024, 700]) {
      const { page } = await open({ document: 'parted', width })
      await page.getByRole('button', { name: 'More', exact: true }).click()
      await page.getByRole('menuitem', { name: 'Show as outline' }).click()
      const rows = page.locator('.tn-outline-row')
      await rows.first().waitFor()
      const top = (await rows.first().boundingBox())?.y ?? 0
      for (const name of ['Hide node types', /^(Hide|Show) the (inspector|workflow)/]) {
        const box = await page.getByRole('region', { name: 'Outline' }).getByRole('button', { name }).boundingBox()
        expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(top)
      }
    }
  })

  test('are as the person left them after a reload', async () => {
    const { page, canvas, palette, inspector } = await open({ document: 'chain' })
    await page.getByRole('separator', { name: 'Width of the inspector' }).press('ArrowLeft')
    await expect.poll(async () => (await inspector.boundingBox())?.width).toBe(336)
    await canvas.press('p')
    await expect
      .poll(() => page.evaluate(() => localStorage.getItem('tenon.panels')))
      .toMatch(/"isOpen":false.*"width":336/)
    await page.reload()
    await inspector.waitFor()
    await expect.poll(async () => (await inspector.boundingBox())?.width).toBe(336)
    expect(await palette.isVisible()).toBe(false)
  })

  test('are resized by dragging their edge, within limits, and reset by a double-click', async () => {
    const { page, palette, dragTo } = await open({ document: 'chain' })
    const edge = page.getByRole('separator', { name: 'Width of the node types' })
    const width = async () => (await palette.boundingBox())?.width
    await dragTo(edge, { x: 300, y: 400 })
    await expect.poll(width).toBeGreaterThan(290)
    await dragTo(edge, { x: 1_200, y: 400 })
    await expect.poll(width).toBe(360)
    await edge.dblclick()
    await expect.poll(width).toBe(216)
  })

  test('a closed inspector opens for the one who asks for the fields of a node', async () => {
    const { canvas, card, inspector } = await open({ document: 'chain' })
    await canvas.press('i')
    await expect.poll(() => inspector.isVisible()).toBe(false)
    await card('Alpha').click()
    expect(await inspector.isVisible()).toBe(false)
    await canvas.press('Enter')
    await inspector.waitFor()
  })
})

describe('what is seen of a workflow', () => {
  test('13 nodes are opened whole at 1440 px, with names that can be read', async () => {
    const { page } = await open({ document: 'ticket' })
    await expect.poll(() => cardsInView(page)).toBe(13)
    const { name, edge, icon } = await sizesOnScreen(page)
    expect(name).toBeGreaterThanOrEqual(9.5)
    expect(edge).toBeGreaterThanOrEqual(1.5)
    expect(icon).toBeGreaterThanOrEqual(12)
  })

  for (const width of [1_256, 1_024, 840]) {
    test(`13 nodes are opened whole at ${width} px, each name in full`, async () => {
      const { page } = await open({ document: 'ticket', width })
      await expect.poll(() => cardsInView(page)).toBe(13)
      const { name, icon } = await sizesOnScreen(page)
      expect(name).toBeGreaterThanOrEqual(9.5)
      expect(icon).toBeGreaterThanOrEqual(12)
      const torn = await page.evaluate(() =>
        [...document.querySelectorAll('.tn-card-title > b')]
          .filter((element) => element.scrollWidth > element.clientWidth + 1)
          .map((element) => element.textContent),
      )
      expect(torn).toEqual([])
    })
  }

  test('names of three and four words are not cut, and their tiles do not touch', async () => {
    const { page } = await open({ document: 'ticket-words', width: 1_256 })
    await expect.poll(() => cardsInView(page)).toBe(13)
    const { cut, touching } = await page.evaluate(() => {
      const boxOf = (element: Element) => element.getBoundingClientRect()
      const tiles = [...document.querySelectorAll('.tn-card-head')].map(boxOf)
      const areApart = (a: DOMRect, b: DOMRect) =>
        a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top
      return {
        // A line is a little lower than its letters.
        cut: [...document.querySelectorAll('.tn-card-title > b')]
          .filter((name) => name.scrollWidth > name.clientWidth + 1 || name.scrollHeight > name.clientHeight * 1.25)
          .map((name) => name.textContent),
        touching: tiles.flatMap((tile, index) => tiles.slice(index + 1).filter((other) => !areApart(tile, other)))
          .length,
      }
    })
    expect(cut).toEqual([])
    expect(touching).toBe(0)
    expect((await sizesOnScreen(page)).name).toBeGreaterThanOrEqual(9.5)
  })

  test('a narrow editor gives the canvas the room of the inspector until something is selected', async () => {
    const { page, canvas, card, inspector } = await open({ document: 'chain', width: 1_024 })
    expect(await inspector.isVisible()).toBe(false)
    await card('Alpha').click()
    await inspector.waitFor()
    await inspector.getByRole('button', { name: 'Close' }).click()
    await expect.poll(() => inspector.isVisible()).toBe(false)
    await canvas.press('i')
    await inspector.getByRole('textbox', { name: 'Description' }).waitFor()
    await inspector.getByRole('button', { name: 'Close' }).click()
    await expect.poll(() => inspector.isVisible()).toBe(false)
    await page.getByRole('button', { name: 'Show the inspector' }).click()
    await inspector.getByRole('heading', { name: 'Workflow' }).waitFor()
  })

  test('on a phone the menu opens the settings of the workflow', async () => {
    const { page, inspector } = await open({ document: 'chain', width: 480 })
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Workflow settings' }).click()
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Workflow')
    expect(await page.getByRole('tooltip').count()).toBe(0)
    await inspector.getByRole('textbox', { name: 'Description' }).waitFor()
    await inspector.getByRole('button', { name: 'Close' }).click()
    await expect.poll(() => inspector.isVisible()).toBe(false)
  })

  test('a chain of 100 nodes fits, with edges and marks that can be seen', async () => {
    const { page } = await open({ document: 'hundred' })
    await page.getByRole('button', { name: 'Fit' }).click()
    await expect.poll(() => cardsInView(page)).toBe(100)
    expect((await sizesOnScreen(page)).edge).toBeGreaterThanOrEqual(1.5)
  })

  test('marks of problems keep at least 12 px as long as icons are shown, then color the tile', async () => {
    const { page, canvas, card } = await open({ document: 'faulty' })
    await card('Alpha').locator('.tn-card-problem').waitFor()
    const zoomOut = async () => {
      await canvas.press('-')
      return (await sizesOnScreen(page)).icon
    }
    await expect.poll(zoomOut, { timeout: 15_000 }).toBeLessThan(14)
    expect((await sizesOnScreen(page)).mark).toBeGreaterThanOrEqual(12)
    const detail = async () => {
      await canvas.press('-')
      return await canvas.getAttribute('data-detail')
    }
    await expect.poll(detail, { timeout: 15_000 }).toBe('dot')
    const colorOf = (name: string) =>
      card(name)
        .locator('.tn-tile')
        .evaluate((tile) => getComputedStyle(tile).backgroundColor)
    expect(await colorOf('Alpha')).toBe('rgb(198, 47, 58)')
    expect(await colorOf('Begin')).not.toBe(await colorOf('Alpha'))
  })

  test('tidying up a chain of 100 nodes makes rows that fit on a screen', async () => {
    const { page } = await open({ document: 'hundred' })
    await page.getByRole('button', { name: 'Tidy up' }).click()
    await page.getByRole('button', { name: 'Fit' }).click()
    await expect.poll(async () => (await sizesOnScreen(page)).name).toBeGreaterThanOrEqual(8)
    await expect.poll(() => cardsInView(page)).toBe(100)
  })

  test('tidying up leads no edge behind a card, in one undo step; a moved card drops the bends of its edges', async () => {
    const { page, canvas, card, dragTo } = await open({ document: 'tangled' })
    const bent = () =>
      page.evaluate(() =>
        (window.editors[0]?.value.edges ?? []).filter(({ points }) => points !== undefined).map(({ id }) => id),
      )
    await page.getByRole('button', { name: 'Tidy up' }).click()
    await expect.poll(async () => (await bent()).length).toBeGreaterThanOrEqual(7)
    expect(await page.evaluate(() => window.editors[0]?.changes.length)).toBe(1)
    await expect.poll(() => hiddenEdges(page)).toEqual([])
    const before = await bent()
    await page.getByRole('button', { name: 'Fit' }).click()
    const at = centerOf(await card('Node 9').boundingBox())
    await dragTo(card('Node 9'), { x: at.x, y: at.y + 60 })
    const others = before.filter((id) => !/^n9:|>n9:/.test(id))
    expect(others.length).toBeLessThan(before.length)
    await expect.poll(bent).toEqual(others)
    await canvas.press('Control+z')
    await expect.poll(bent).toEqual(before)
    await expect.poll(() => hiddenEdges(page)).toEqual([])
    await canvas.press('Control+z')
    await expect.poll(bent).toEqual([])
  })

  test('tidying up a selection lays it beside the other nodes', async () => {
    const { page, canvas, card } = await open({ document: 'parted' })
    await card('Beta').click()
    await card('Meeting').click({ modifiers: ['Shift'] })
    await canvas.press('Shift+T')
    await expect.poll(() => page.evaluate(() => window.editors[0]?.changes.length)).toBe(1)
    const covered = await page.evaluate(() => {
      const nodes = window.editors[0]?.value.nodes ?? []
      return nodes.flatMap((a, index) =>
        nodes
          .slice(index + 1)
          .filter((b) => Math.abs(a.position.x - b.position.x) < 236 && Math.abs(a.position.y - b.position.y) < 96)
          .map((b) => `${a.name} and ${b.name}`),
      )
    })
    expect(covered).toEqual([])
  })
})

/** Edges that run behind a card of another edge, or back behind one of their own, as the browser draws them. */
function hiddenEdges(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const boxes = [...document.querySelectorAll('.react-flow__node')].map((card) => ({
      id: card.getAttribute('data-id') ?? '',
      box: card.getBoundingClientRect(),
    }))
    return [...document.querySelectorAll('.react-flow__edge')].flatMap((edge) => {
      const id = edge.getAttribute('data-id') ?? ''
      const path = edge.querySelector<SVGPathElement>('.react-flow__edge-path')
      const matrix = path?.getScreenCTM()
      if (path === null || matrix === null || matrix === undefined) return [`${id} is not drawn`]
      const length = path.getTotalLength()
      const points = Array.from({ length: Math.ceil(length / 3) }, (_, index) =>
        path.getPointAtLength(index * 3).matrixTransform(matrix),
      )
      return boxes
        .filter(({ box }) =>
          points.some(({ x, y }) => x > box.left + 2 && x < box.right - 2 && y > box.top + 2 && y < box.bottom - 2),
        )
        .map((card) => `${id} behind ${card.id}`)
    })
  })
}
