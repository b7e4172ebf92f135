import type { StorybookConfig } from '@storybook/react-vite'
import { defaultClientConditions } from 'vite'
import { buildStyles } from '../../packages/editor/scripts/build-styles.mjs'

const config: StorybookConfig = {
  framework: { name: '@storybook/react-vite', options: {} },
  stories: ['../**/*.stories.tsx'],
  // The highlighter watches every element of a story, which a canvas of 500 nodes does not bear.
  features: { highlight: false, measure: false, outline: false, backgrounds: false },
  typescript: { reactDocgen: false },
  core: { disableTelemetry: true, disableWhatsNewNotifications: true },
  // Packages are shown from their sources, without a build.
  viteFinal: async (vite) => {
    await buildStyles()
    return {
      ...vite,
      resolve: { ...vite.resolve, conditions: ['@tenon/source', ...defaultClientConditions] },
      build: { ...vite.build, chunkSizeWarningLimit: 4_000 },
    }
  },
}

export default config
