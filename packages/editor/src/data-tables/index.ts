export type { DataTable, TenonClient } from '@tenon/core/client'
export type { InstanceProps } from '../shell/instance-root.tsx'
export { DataTablesManager, type DataTablesManagerProps } from './data-tables-manager.tsx'
