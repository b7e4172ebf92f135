export { PublishForm } from './publish-form.tsx'
export { RunDialog, TryDialog } from './start-dialogs.tsx'
