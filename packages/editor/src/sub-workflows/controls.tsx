export { WorkflowChip } from './workflow-chip.tsx'
export { WorkflowInput } from './workflow-input.tsx'
export { WorkflowPicker } from './workflow-picker.tsx'
