import type { Page } from 'playwright'
import { describe, expect, test } from 'vitest'
import { editorSuite } from './open-editor.ts'

const { open } = editorSuite()

const LOOKS = [
  ...['color', 'background-color', 'font-size', 'letter-spacing', 'line-height', 'text-transform', 'float', 'fill'],
  ...['margin-top', 'margin-left', 'padding-top', 'padding-left', 'border-top-width', 'border-top-color'],
  ...['border-top-left-radius', 'list-style-type', 'display', 'min-height'],
]

/** Computed style of every element of the editor, by its path of classes. */
const looksOf = (page: Page) =>
  page.evaluate((names) => {
    const looks: Record<string, string> = {}
    for (const element of document.querySelectorAll('.tenon *')) {
      if (element.closest('.tn-host, .tn-portal, .react-flow__viewport-portal') !== null) continue
      const path = `${element.parentElement?.getAttribute('class') ?? ''} > ${element.tagName} ${element.getAttribute('class') ?? ''}`
      const style = getComputedStyle(element)
      looks[path] = names.map((name) => `${name}: ${style.getPropertyValue(name)}`).join('; ')
    }
    return looks
  }, LOOKS)

/** With a node and its code fields open. */
async function openWithFields(query: string) {
  const opened = await open({ document: 'chain', query })
  await opened.card('Alpha').click()
  await opened.inspector.locator('.cm-line').first().waitFor()
  await opened.page.mouse.move(700, 80)
  return opened
}

describe('the page of the host', () => {
  test('its rules for tags and for everything reach nothing inside', async () => {
    const plain = await looksOf((await openWithFields('')).page)
    const hostile = await looksOf((await openWithFields('hostile')).page)
    expect(Object.keys(hostile).length).toBeGreaterThan(100)
    for (const [path, looks] of Object.entries(plain)) expect.soft(hostile[path], path).toBe(looks)
  })

  test('what it gives to be drawn inside has the look of the host', async () => {
    const { page } = await open({ document: 'chain', query: 'hostile&slot' })
    const look = await page.getByRole('button', { name: 'Of the host' }).evaluate((button) => {
      const { backgroundColor, borderTopLeftRadius, minHeight, boxSizing } = getComputedStyle(button)
      return { backgroundColor, borderTopLeftRadius, minHeight, boxSizing }
    })
    expect(look).toEqual({
      backgroundColor: 'rgb(255, 255, 0)',
      borderTopLeftRadius: '20px',
      minHeight: '70px',
      boxSizing: 'border-box',
    })
  })

  test('gets one style element of the code fields, with the nonce and for their classes only, from three editors', async () => {
    const { page } = await open({ document: 'chain', editors: 3, height: 1_600 })
    const before = await page.locator('head style').count()
    for (const index of [0, 1, 2]) {
      const editor = page.locator(`[data-editor="${index}"]`)
      await editor.getByRole('article', { name: /^Alpha/ }).click()
      await editor.locator('.cm-line').first().waitFor()
    }
    const added = await page.evaluate((count) => {
      return [...document.querySelectorAll<HTMLStyleElement>('head style')]
        .slice(0, document.querySelectorAll('head style').length - count)
        .map((style) => ({
          nonce: style.nonce,
          foreign: [...(style.sheet?.cssRules ?? [])]
            .filter((rule) => rule instanceof CSSStyleRule)
            .map((rule) => rule.selectorText)
            .filter((selector) => !selector.split(',').every((part) => part.includes('.ͼ'))),
        }))
    }, before)
    expect(added).toEqual([{ nonce: 'under-test', foreign: [] }])
  })

  test('decides how low an editor may be', async () => {
    const height = async (query: string) => {
      const { page } = await open({ document: 'chain', query })
      const root = page.locator('.tenon').first()
      return root.evaluate((element) => getComputedStyle(element).minHeight)
    }
    expect(await height('')).toBe('480px')
    expect(await height('low')).toBe('240px')
  })
})
