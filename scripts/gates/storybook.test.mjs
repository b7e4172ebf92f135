import { describe, expect, test } from 'vitest'
import { plant, runGate } from './lib/planted.mjs'

/** @param {string} name what the story takes from its component */
const tree = (name) =>
  plant({
    'package.json': { type: 'module' },
    'stories/.storybook/main.ts': `export default {
      framework: { name: '@storybook/react-vite', options: {} },
      stories: ['../*.stories.tsx'],
      typescript: { reactDocgen: false },
      core: { disableTelemetry: true, disableWhatsNewNotifications: true },
    }`,
    'stories/card.tsx': 'export const Card = () => <b>card</b>\n',
    'stories/card.stories.tsx': `import { ${name} } from './card.tsx'
      export default { component: ${name} }
      export const Plain = {}`,
  })

describe('storybook', () => {
  test('passes stories that compile', async () => {
    expect(await runGate('storybook.mjs', tree('Card'))).toMatchObject({ code: 0 })
  })

  test('names what a story misses', async () => {
    const { code, output } = await runGate('storybook.mjs', tree('Cart'))
    expect(code).toBe(1)
    expect(output).toContain('Cart')
    expect(output).toContain('card.stories.tsx')
  })
})
