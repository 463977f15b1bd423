import { refuse } from '@clsync/core/handler'

/** What a server, or the way to it, has answered to a request. */
export interface Failure {
  /** The code of S3, of the system or of the SDK. */
  readonly code: string
  /** HTTP status; 0 when there was no answer. */
  readonly status: number
  readonly class: FailureClass
}

/**
 * `throttled`: too much at once. `passing`: try again soon. `away`: no answer at all. `refused`: a person has to act. `denied`: this
 * request is not allowed. `absent`, `conflict`: what was asked for is not there, or is another. `unfit`: the request itself.
 */
type FailureClass =
  | 'throttled'
  | 'passing'
  | 'away'
  | 'refused'
  | 'denied'
  | 'absent'
  | 'conflict'
  | 'unsupported'
  | 'unfit'
  | 'none'

/** Reads what was thrown by a request. `none`: it was not the request that failed. */
export function failureOf(error: unknown): Failure {
  const {
    name = '',
    code: system = '',
    $metadata,
  } = (error ?? {}) as {
    readonly name?: string
    readonly code?: string
    readonly $metadata?: { readonly httpStatusCode?: number }
  }
  const status = $metadata?.httpStatusCode ?? 0
  const code = status === 0 && typeof system === 'string' && system !== '' ? system : name
  return { code, status, class: classOf(code, status) }
}

function classOf(code: string, status: number): FailureClass {
  const known = CLASSES.get(code)
  if (known !== undefined) return known
  if (/^(?:ECONN|EHOST|ENET|EAI_|ETIMEDOUT|ENOTFOUND|EPIPE|ERR_SSL|ERR_TLS)/.test(code)) return 'away'
  if (code.startsWith('KMS')) return 'refused'
  if (status === 429) return 'throttled'
  if (status === 501) return 'unsupported'
  if (status >= 500) return 'passing'
  if (status === 404) return 'absent'
  if (status === 412) return 'conflict'
  if (status === 403) return 'denied'
  if (status === 301 || status === 307) return 'refused'
  return status === 0 ? 'none' : 'unfit'
}

const CLASSES = new Map<string, FailureClass>(
  (
    [
      ['throttled', 'SlowDown Throttling ThrottlingException RequestLimitExceeded TooManyRequestsException ServiceUnavailable'],
      ['passing', 'InternalError RequestTimeout BadDigest IncompleteBody OperationAborted ConditionalRequestConflict'],
      ['away', 'TimeoutError ConnectionError NetworkingError'],
      [
        'refused',
        'NoSuchBucket InvalidAccessKeyId SignatureDoesNotMatch ExpiredToken InvalidToken TokenRefreshRequired RequestTimeTooSkewed ' +
          'PermanentRedirect AuthorizationHeaderMalformed IllegalLocationConstraintException AllAccessDisabled AccountProblem ' +
          'InvalidBucketName NotSignedUp InvalidStorageClass InvalidTag CredentialsProviderError TokenProviderError ' +
          'InvalidEncryptionAlgorithmError XAmzContentSHA256Mismatch UnauthorizedAccess AccessControlListNotSupported',
      ],
      ['denied', 'AccessDenied Forbidden'],
      ['absent', 'NoSuchKey NotFound NoSuchUpload'],
      ['conflict', 'PreconditionFailed'],
      ['unsupported', 'NotImplemented'],
    ] as const
  ).flatMap(([kind, codes]) => codes.split(' ').map((code): [string, FailureClass] => [code, kind])),
)

/** What a refusal may tell of. */
export interface Circumstances {
  readonly bucket: string
  readonly endpoint: string
  readonly region: string
  /** Name of the permission that the request needs. */
  readonly permission: string
}

/** For what waiting does not mend: the target halts until a person has acted. */
export function refusalOf(error: unknown, { code }: Failure, circumstances: Circumstances): Error {
  const [what, fix] = explain(code, error, circumstances)
  return refuse({ message: `${what} (${code})`, fix, cause: error })
}

function explain(code: string, error: unknown, { bucket, endpoint, region, permission }: Circumstances): [string, string] {
  const at = `${endpoint}, bucket "${bucket}"`
  switch (code) {
    case 'NoSuchBucket':
      return [`There is no bucket "${bucket}" at ${endpoint}.`, 'Make it, or correct `destination`, `endpoint` or `region`.']
    case 'InvalidAccessKeyId':
    case 'SignatureDoesNotMatch':
    case 'InvalidToken':
    case 'UnauthorizedAccess':
      return [
        `${at}: the credentials are not accepted.`,
        'Correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or the profile; `aws sts get-caller-identity` shows which are used.',
      ]
    case 'ExpiredToken':
    case 'TokenRefreshRequired':
      return [
        `${at}: the session of the credentials has ended.`,
        'Log in again (`aws sso login`), or use credentials that renew themselves.',
      ]
    case 'CredentialsProviderError':
    case 'TokenProviderError':
      return [
        'No credentials were found.',
        'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a `profile`, or run where a role gives them.',
      ]
    case 'RequestTimeTooSkewed':
      return [
        `The clock of this machine (${new Date().toISOString()}) differs too much from that of ${endpoint}.`,
        'Set the clock.',
      ]
    case 'PermanentRedirect':
    case 'AuthorizationHeaderMalformed':
    case 'IllegalLocationConstraintException':
      return [`The bucket "${bucket}" is not in the region ${region}.`, regionFix(error)]
    case 'AccessDenied':
    case 'Forbidden':
      return [`${at}: ${permission} is not allowed to these credentials.`, `Allow ${permission} for them, or use others.`]
    case 'AccessControlListNotSupported':
      return [`The bucket "${bucket}" takes no access lists.`, 'Remove `acl`, and use a policy of the bucket.']
    default:
      return [`${at}: ${reasonOf(error)}`, 'Correct the option that this is about.']
  }
}

function regionFix(error: unknown): string {
  const { Region, $response } = (error ?? {}) as { Region?: string; $response?: { headers?: Record<string, string> } }
  const right = Region ?? $response?.headers?.['x-amz-bucket-region']
  return right === undefined ? 'Set `region` to that of the bucket.' : `Set \`region\` to ${right}.`
}

/** What an error says, on one line. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error)
  return text.split('\n')[0] ?? ''
}

/** Whether a denial is about an object that must not be changed yet, whoever asks. */
export function isLock(reason: string): boolean {
  return /lock|retention|legal hold|WORM/i.test(reason)
}
