export type { ConnectionInfo, TenonClient } from '@tenon/core/client'
export type { InstanceProps } from '../shell/instance-root.tsx'
export { ConnectionButton, type ConnectionButtonProps } from './connection-button.tsx'
export { ConnectionsManager, type ConnectionsManagerProps } from './connections-manager.tsx'
