export type { TenonClient } from '@tenon/core/client'
export type { InstanceProps } from '../shell/instance-root.tsx'
export { ApprovalCard, type ApprovalCardProps } from './approval/approval-card.tsx'
export { ApprovalInbox, type ApprovalInboxProps } from './approval/approval-inbox.tsx'
export type { ShownApproval } from './approval/approval-of-view.ts'
export type { RunFormDraft } from './form/form-draft.ts'
export { RunForm, type RunFormProps } from './form/run-form.tsx'
export { type StartPoint, startPoints } from './form/start-schema.ts'
export { RunList, type RunListFilter, type RunListProps } from './list/run-list.tsx'
export { RunStatusBadge, type RunStatusBadgeProps } from './list/run-status-badge.tsx'
export { ParkedInbox, type ParkedInboxProps } from './parked/parked-inbox.tsx'
export { TenantPause, type TenantPauseProps } from './pausing/tenant-pause.tsx'
export { createRunStore, type RunSnapshot, type RunStore, type RunStoreOptions } from './store/run-store.ts'
export { useNodeRunView, useRun, useRunSnapshot } from './store/use-run.ts'
export {
  RunGroup,
  type RunGroupProps,
  RunInspector,
  type RunInspectorProps,
  RunLog,
  type RunLogProps,
  RunOutput,
  type RunOutputProps,
  RunScrubber,
  RunTimeline,
  type RunTimelineProps,
} from './viewer/run-parts.tsx'
export { RunViewer, type RunViewerProps } from './viewer/run-viewer.tsx'
