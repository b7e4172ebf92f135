export { WorkflowInput } from './workflow-input.tsx'
export { WorkflowPicker } from './workflow-picker.tsx'
