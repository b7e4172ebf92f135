export type { ActionName } from './contexts/action-names.ts'
export { DEFAULT_KEYMAP, type KeyBinding } from './contexts/keymap.ts'
export type { SecretToSet, SetSecret } from './contexts/secrets-context.ts'
export type {
  CommonEditorProps,
  ConnectedEditorProps,
  ControlledEditorProps,
  EditorEvent,
  WorkflowEditorProps,
} from './editor-props.ts'
export type { ControlComponents, ControlProps } from './inspector/controls/control-props.ts'
export type { ViewMemory } from './instance/view-memory.ts'
export type { LayoutGraph, LayoutProvider } from './layout/layout-provider.ts'
export { workerLayout } from './layout/worker-layout.ts'
export type { ParamField } from './manifest/param-field.ts'
export { WorkflowEditor } from './workflow-editor.tsx'
