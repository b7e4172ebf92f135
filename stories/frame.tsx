import type { Decorator } from '@storybook/react-vite'
import type { InstanceProps } from '@tenon/editor/runs'

interface StoryContext {
  readonly globals: Record<string, unknown>
}

/** Theme and direction as the toolbar has them. */
export function instanceProps({ globals }: StoryContext): Required<Pick<InstanceProps, 'theme' | 'dir'>> {
  const { theme, direction } = globals
  return {
    theme: theme === 'dark' || theme === 'system' ? theme : 'light',
    dir: direction === 'rtl' ? 'rtl' : 'ltr',
  }
}

/** Gives a story the whole window. */
export const fullWindow: Decorator = (Story) => (
  <div className="story-full">
    <Story />
  </div>
)
