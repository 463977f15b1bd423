import http from 'node:http'
import https from 'node:https'
import { CONNECT_MS, SILENCE_MS } from './patience.ts'

export interface Exchange {
  /** As `https:`. */
  readonly protocol: string
  readonly hostname: string
  readonly port: number | undefined
  readonly agents: { readonly http: http.Agent; readonly https: https.Agent }
  readonly method: string
  readonly path: string
  /** Names and values in turn. */
  readonly headers: readonly string[]
  readonly body: Uint8Array
  /** Called with the server's time, in milliseconds since 1970, when it does not take ours. */
  tellTime(ms: number): void
}

/** One request and its answer. What is no success is thrown as the SDK throws it: with the code of S3 as its name. */
export function exchange(request: Exchange, signal: AbortSignal): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = begin(request)
    const abort = (): void => void outgoing.destroy(signal.reason as Error) // whatever aborted it
    const settle = (): void => signal.removeEventListener('abort', abort)
    const fail = (error: Error): void => {
      settle()
      reject(error)
    }
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
    outgoing.on('error', fail)
    outgoing.on('socket', (socket) => {
      if (!socket.connecting) return
      const timer = setTimeout(() => outgoing.destroy(silent('no connection')), CONNECT_MS)
      socket.once('connect', () => clearTimeout(timer)).once('close', () => clearTimeout(timer))
    })
    outgoing.on('timeout', () => outgoing.destroy(silent('no answer')))
    outgoing.on('response', (answer) => {
      const text: Buffer[] = []
      answer.on('data', (chunk: Buffer) => text.push(chunk))
      answer.on('error', fail)
      answer.on('end', () => {
        settle()
        if (answer.statusCode !== undefined && answer.statusCode < 300) resolve(answer)
        else reject(toError(answer, Buffer.concat(text).toString(), request))
      })
      answer.on('close', () => fail(new AnswerCut('the answer ended early')))
    })
    outgoing.end(request.body)
  })
}

function begin({ protocol, hostname, port, agents, method, path, headers }: Exchange): http.ClientRequest {
  const isSecure = protocol === 'https:'
  const options = { hostname, port, method, path, headers, setHost: false, timeout: SILENCE_MS }
  return isSecure ? https.request({ ...options, agent: agents.https }) : http.request({ ...options, agent: agents.http })
}

class AnswerCut extends Error {
  readonly code = 'ECONNRESET'
}

function silent(message: string): Error {
  return Object.assign(new Error(message), { name: 'TimeoutError' })
}

function toError(answer: http.IncomingMessage, text: string, { tellTime }: Exchange): Error {
  const { statusCode: httpStatusCode, headers } = answer
  const field = (name: string): string | undefined => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1]
  const name = field('Code') ?? 'Unknown'
  const serverTime = Date.parse(headers.date ?? '')
  if (name === 'RequestTimeTooSkewed' && !Number.isNaN(serverTime)) tellTime(serverTime)
  return Object.assign(new Error(field('Message') ?? name), {
    ...{ name, $metadata: { httpStatusCode }, $response: { headers } },
    ...(field('Region') !== undefined && { Region: field('Region') }),
  })
}
