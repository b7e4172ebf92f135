import type { CommandType, EditorCommand, Plan, PlanContext, Planner, Refused } from './command.ts'
import { planAddNode } from './plan-add.ts'
import { planAddUndo } from './plan-add-undo.ts'
import { planConnect, planDeleteNodes, planDisconnect, planReconnect } from './plan-edges.ts'
import { planExtract } from './plan-extract.ts'
import { planMoveNodes, planRename, planSetFields, planSetPolicy, planSetSetting, planTidyUp } from './plan-fields.ts'
import { planFix } from './plan-fix.ts'
import { planMoveToLoop, planWrapInLoop } from './plan-loops.ts'
import { planAddMember, planMoveMember, planRenameField, planRenameMember } from './plan-members.ts'
import { planInsertItem, planRemoveItem, planRenamePort, planSetParam, planUnsetParam } from './plan-params.ts'
import { planDuplicate, planPaste } from './plan-paste.ts'
import { planRestore, planRestoreNode } from './plan-restore.ts'
import { planUnwrap } from './plan-unwrap.ts'

const PLANNERS: { readonly [Type in CommandType]: Planner<Type> } = {
  'add-node': planAddNode,
  'add-undo': planAddUndo,
  'delete-nodes': planDeleteNodes,
  connect: planConnect,
  reconnect: planReconnect,
  disconnect: planDisconnect,
  'move-nodes': planMoveNodes,
  'move-to-loop': planMoveToLoop,
  'wrap-in-loop': planWrapInLoop,
  'unwrap-loop': planUnwrap,
  'tidy-up': planTidyUp,
  'rename-node': planRename,
  'set-fields': planSetFields,
  'set-param': planSetParam,
  'unset-param': planUnsetParam,
  'add-member': planAddMember,
  'rename-member': planRenameMember,
  'rename-field': planRenameField,
  'move-member': planMoveMember,
  'insert-item': planInsertItem,
  'remove-item': planRemoveItem,
  'set-policy': planSetPolicy,
  'rename-port': planRenamePort,
  'set-setting': planSetSetting,
  paste: planPaste,
  duplicate: planDuplicate,
  fix: planFix,
  extract: planExtract,
  restore: planRestore,
  'restore-node': planRestoreNode,
}

/** Plans a command for this document, without changing it. */
export function planCommand<Type extends CommandType>(
  command: Extract<EditorCommand, { type: Type }>,
  context: PlanContext,
): Plan | Refused {
  const planner: Planner<Type> = PLANNERS[command.type as Type]
  return planner(command, context)
}
