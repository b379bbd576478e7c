import { passing, permanent } from '../row.js';

/** Answers of the HTTP interface that do not mean a failure of the daemon. */
export const HTTP = {
  ...permanent({
    'bad-request': 'The request is not what the address takes: the message names the part.',
    'too-large': 'Send fewer labels at once.',
    'not-json': 'Send JSON, with the content type application/json.',
    'not-found': 'There are /metrics, /healthz, /readyz and /status, and POST /labels.',
    'method-not-allowed': 'Use the method that the header Allow names.',
    'changes-not-allowed':
      'No token for changes is configured. Write one into a file that only the daemon can read (umask 077; openssl rand -hex 32 > token), name it in http.tokenFile, and send it as "Authorization: Bearer <token>".',
    unauthorized: 'Send the token of the file that http.tokenFile names, as "Authorization: Bearer <token>".',
  }),
  ...passing({
    'too-many-requests': 'Wait for the seconds that the header Retry-After names.',
    failed: 'The daemon failed to answer; its log has the reason.',
  }),
};
