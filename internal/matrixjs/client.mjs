// A Matrix client on matrix-js-sdk, the library and the crypto of Element, driven by lines of JSON.
//
// A line on standard input is {"id", "do", ...}; the answer on standard output is {"id", "result"} or {"id", "error"}.
// What happens by itself is a line {"event", ...}. The library is taken from the folder in the first argument.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const out = (line) => process.stdout.write(JSON.stringify(line) + "\n");
for (const level of ["log", "info", "debug", "trace", "warn", "error"]) {
  console[level] = (...words) => {
    if (process.env.MATRIX_JS_LOG) process.stderr.write(words.map(String).join(" ") + "\n");
  };
}
Promise.withResolvers ??= function () { // older than Node 22
  let resolve, reject;
  const promise = new Promise((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
};

const require = createRequire(process.argv[2] + "/");
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const sdk = await load("matrix-js-sdk");
const api = await load("matrix-js-sdk/lib/crypto-api/index.js");

let client, crypto, recoveryKey;
const seen = new Set();
const requests = new Map(); // verification requests by transaction
const verifiers = new Map();

const watched = new Set();
function watchRequest(request) {
  requests.set(request.transactionId, request);
  if (watched.has(request)) return;
  watched.add(request);
  const tell = () => {
    requests.set(request.transactionId, request);
    out({ event: "verification", transaction: request.transactionId, phase: api.VerificationPhase[request.phase],
      user: request.otherUserId, device: request.otherDeviceId, mine: request.initiatedByMe,
      inRoom: request.roomId, cancelled: request.cancellationCode ?? undefined });
    if (request.verifier) watchVerifier(request.transactionId, request.verifier);
  };
  request.on(api.VerificationRequestEvent.Change, tell);
  tell();
}

function watchVerifier(transaction, verifier) {
  if (verifiers.has(transaction)) return;
  verifiers.set(transaction, { verifier });
  const show = (sas) => {
    verifiers.get(transaction).sas = sas;
    out({ event: "sas", transaction, emoji: sas.sas.emoji?.map((e) => e[0]), decimal: sas.sas.decimal });
  };
  verifier.on(api.VerifierEvent.ShowSas, show);
  verifier.on(api.VerifierEvent.Cancel, (e) => out({ event: "cancel", transaction, reason: String(e) }));
  verifier.verify().then(
    () => out({ event: "verified", transaction }),
    (e) => out({ event: "failed", transaction, reason: String(e) }),
  );
  const sas = verifier.getShowSasCallbacks();
  if (sas) show(sas);
}

async function tellMessage(ev) {
  const key = ev.getId() + "/" + ev.isDecryptionFailure() + "/" + ev.getType();
  if (ev.isBeingDecrypted() || ev.getType() === "m.room.encrypted" && !ev.isDecryptionFailure() || seen.has(key)) return;
  seen.add(key);
  const info = ev.isEncrypted() ? await crypto.getEncryptionInfoForEvent(ev) : null;
  out({ event: "timeline", room: ev.getRoomId(), id: ev.getId(), sender: ev.getSender(), type: ev.getType(),
    body: ev.getContent().body, content: ev.getContent(), wire: ev.getWireContent(), redacts: ev.getAssociatedId?.(),
    encrypted: ev.isEncrypted(), failed: ev.isDecryptionFailure() ? String(ev.decryptionFailureReason) : undefined,
    shield: info ? api.EventShieldColour[info.shieldColour] : undefined,
    shieldReason: info?.shieldReason != null ? api.EventShieldReason[info.shieldReason] : undefined });
}

const auth = (password) => (make) =>
  make({ type: "m.login.password", identifier: { type: "m.id.user", user: client.getUserId() }, password });

const commands = {
  async login({ homeserver, user, password }) {
    const first = sdk.createClient({ baseUrl: homeserver });
    const answer = await first.loginRequest({ type: "m.login.password", password,
      identifier: { type: "m.id.user", user } });
    client = sdk.createClient({ baseUrl: homeserver, userId: answer.user_id, deviceId: answer.device_id,
      accessToken: answer.access_token, timelineSupport: true,
      cryptoCallbacks: {
        getSecretStorageKey: async ({ keys }) => recoveryKey && [Object.keys(keys)[0], recoveryKey],
        cacheSecretStorageKey: (_, __, key) => { recoveryKey = key; },
      },
    });
    await client.initRustCrypto({ useIndexedDB: false });
    crypto = client.getCrypto();
    client.on(sdk.RoomEvent.Timeline, (ev, _, old) => { if (!old) tellMessage(ev); });
    client.on(sdk.MatrixEventEvent.Decrypted, tellMessage);
    client.on(api.CryptoEvent.VerificationRequestReceived, watchRequest);
    client.on(sdk.RoomMemberEvent.Membership, (_, member) => {
      if (member.userId === client.getUserId() && member.membership === "invite") out({ event: "invite", room: member.roomId });
    });
    const ready = new Promise((resolve) => client.on(sdk.ClientEvent.Sync, (state) => state === "PREPARED" && resolve()));
    await client.startClient({ initialSyncLimit: 20 });
    await ready;
    return { user: answer.user_id, device: answer.device_id };
  },
  async createRoom({ encrypted, invite, version }) {
    const { room_id } = await client.createRoom({ invite, preset: "private_chat", room_version: version,
      initial_state: encrypted ? [{ type: "m.room.encryption", state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } }] : [] });
    return room_id;
  },
  invite: ({ room, user }) => client.invite(room, user),
  kick: ({ room, user }) => client.kick(room, user),
  async join({ room }) { return (await client.joinRoom(room)).roomId; },
  async send({ room, type, content }) { return (await client.sendEvent(room, type ?? "m.room.message", content)).event_id; },
  async redact({ room, id }) { return (await client.redactEvent(room, id)).event_id; },
  members: ({ room }) => client.getRoom(room)?.getJoinedMembers().map((m) => m.userId) ?? [],
  async bootstrap({ password, backup }) {
    await crypto.bootstrapCrossSigning({ authUploadDeviceSigningKeys: auth(password) });
    const key = await crypto.createRecoveryKeyFromPassphrase();
    await crypto.bootstrapSecretStorage({ createSecretStorageKey: async () => key, setupNewKeyBackup: backup ?? false });
    return key.encodedPrivateKey;
  },
  async recover({ key }) { // what a person does with the recovery key on a new device
    recoveryKey = api.decodeRecoveryKey(key);
    await crypto.userHasCrossSigningKeys(client.getUserId(), true);
    await crypto.bootstrapCrossSigning({});
    return crypto.getCrossSigningStatus();
  },
  async restore() {
    await crypto.loadSessionBackupPrivateKeyFromSecretStorage();
    const check = await crypto.checkKeyBackupAndEnable();
    const { imported, total } = await crypto.restoreKeyBackup();
    return { imported, total, trusted: check?.trustInfo?.trusted, matches: check?.trustInfo?.matchesDecryptionKey };
  },
  async status({ user, device }) {
    await crypto.getUserDeviceInfo([user], true);
    const ofUser = await crypto.getUserVerificationStatus(user);
    const ofDevice = device ? await crypto.getDeviceVerificationStatus(user, device) : null;
    return { verified: ofUser.isVerified(), crossSigningVerified: ofUser.isCrossSigningVerified(),
      needsApproval: ofUser.needsUserApproval, hasKeys: await crypto.userHasCrossSigningKeys(user, true),
      deviceSigned: ofDevice?.signedByOwner, deviceVerified: ofDevice?.crossSigningVerified };
  },
  async requestToDevice({ user, device }) {
    await crypto.getUserDeviceInfo([user], true);
    const request = await crypto.requestDeviceVerification(user, device);
    watchRequest(request);
    return request.transactionId;
  },
  async requestInRoom({ user, room }) {
    await crypto.getUserDeviceInfo([user], true);
    const request = await crypto.requestVerificationDM(user, room);
    watchRequest(request);
    return request.transactionId;
  },
  accept: ({ transaction }) => requests.get(transaction).accept(),
  async startSas({ transaction }) {
    const verifier = await requests.get(transaction).startVerification("m.sas.v1");
    watchVerifier(transaction, verifier);
  },
  confirm: ({ transaction }) => verifiers.get(transaction).sas.confirm(),
  mismatch: ({ transaction }) => verifiers.get(transaction).sas.mismatch(),
  cancel: ({ transaction }) => requests.get(transaction).cancel(),
  onlyVerified: ({ on }) => { crypto.globalBlacklistUnverifiedDevices = on; },
  onlySigned: ({ on }) => crypto.setDeviceIsolationMode(on ? new api.OnlySignedDevicesIsolationMode() : new api.AllDevicesIsolationMode(false)),
  async upload({ text, type }) { return (await client.uploadContent(text, { type })).content_uri; },
  stop: async () => { client?.stopClient(); setTimeout(() => process.exit(0), 50); },
};

out({ event: "ready" });
createInterface({ input: process.stdin }).on("line", async (line) => {
  const request = JSON.parse(line);
  try {
    out({ id: request.id, result: (await commands[request.do](request)) ?? null });
  } catch (e) {
    out({ id: request.id, error: String(e?.stack ?? e) });
  }
}).on("close", () => process.exit(0));
