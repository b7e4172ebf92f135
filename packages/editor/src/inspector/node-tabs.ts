export { InputTab } from './input-tab.tsx'
export { PolicyTab } from './policy-tab.tsx'
export { SetupTab } from './setup-tab.tsx'
