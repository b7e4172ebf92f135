import { type ChildProcess, fork } from 'node:child_process'
import type { WorkerCalls, WorkerMessage, WorkerOrder, WorkerRequest } from './protocol.ts'

type Answer<Name extends keyof WorkerCalls> = Awaited<ReturnType<WorkerCalls[Name]>>

/** A worker process in the hands of a test. */
export interface ChaosWorker {
  readonly pid: number
  /** False once the process has ended. */
  readonly isAlive: boolean
  /** Messages that its engine has logged, oldest first. */
  readonly logs: readonly string[]
  /** Last lines that the process has written to standard error. */
  stderr(): string
  /** @throws An error with the code of the failure, or if the process ends first. */
  call<Name extends keyof WorkerCalls>(name: Name, ...args: Parameters<WorkerCalls[Name]>): Promise<Answer<Name>>
  /** Ends the process with SIGKILL. */
  kill(): Promise<void>
  /** Stops the process with SIGSTOP, so that it neither works nor renews its lease, and knows nothing of it. */
  pause(): void
  resume(): void
  /** Shuts the process down as a host does. */
  close(): Promise<void>
}

/** Options for the process of a worker. */
export interface SpawnOptions {
  /** Limit of its heap, in MB. @defaultValue the limit of Node.js */
  readonly heapMb?: number
}

interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** Starts a worker process; resolves when its engine works. */
export async function spawnChaosWorker(
  script: string,
  order: WorkerOrder,
  { heapMb }: SpawnOptions = {},
): Promise<ChaosWorker> {
  const child = fork(script, [JSON.stringify(order)], {
    execArgv: ['--expose-gc', ...(heapMb === undefined ? [] : [`--max-old-space-size=${heapMb}`])],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const logs: string[] = []
  const pending = new Map<number, Pending>()
  let stderr = ''
  let lastId = 0
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-2_000)
  })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      const error = new RangeError(`The worker process ended (${code ?? signal}): ${stderr}`)
      for (const { reject } of pending.values()) reject(error)
      pending.clear()
      resolve()
    })
  })
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null
  await new Promise<void>((resolve, reject) => {
    child.on('message', (message) => {
      const received = message as WorkerMessage
      if (received.kind === 'ready') resolve()
      else if (received.kind === 'log') logs.push(`${received.message} ${JSON.stringify(received.fields)}`)
      else answer(pending, received)
    })
    void ended.then(() => reject(new RangeError(`The worker process did not start: ${stderr}`)))
  })
  const call = <Name extends keyof WorkerCalls>(
    name: Name,
    ...args: Parameters<WorkerCalls[Name]>
  ): Promise<Answer<Name>> =>
    new Promise((resolve, reject) => {
      if (!isAlive()) {
        reject(new RangeError(`The worker process has ended: ${stderr}`))
        return
      }
      lastId += 1
      pending.set(lastId, { resolve: resolve as (value: unknown) => void, reject })
      const request: WorkerRequest = { id: lastId, call: name, args }
      // The channel may close before the process is known to have ended.
      child.send(request, (error) => {
        if (error !== null) reject(error)
      })
    })
  return {
    pid: child.pid ?? 0,
    get isAlive() {
      return isAlive()
    },
    logs,
    stderr: () => stderr,
    call,
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    close: async () => {
      if (!isAlive()) return
      await call('close')
      disconnect(child)
      await ended
    },
  }
}

function answer(pending: Map<number, Pending>, message: Extract<WorkerMessage, { kind: 'answer' | 'failure' }>): void {
  const waiting = pending.get(message.id)
  pending.delete(message.id)
  if (message.kind === 'answer') waiting?.resolve(message.value)
  else waiting?.reject(Object.assign(new Error(message.message), { code: message.code }))
}

/** Its process ends when the channel closes. */
function disconnect(child: ChildProcess): void {
  if (child.connected) child.disconnect()
}
