export type { TenonClient } from '@tenon/core/client'
export type { InstanceProps } from '../shell/instance-root.tsx'
export { WebhooksManager, type WebhooksManagerProps } from './webhooks-manager.tsx'
