package matrixtest

import "slices"

// routes are all operations. The paths are the specification's.
func routes() []route {
	return slices.Concat(routesAccount(), routesRooms(), routesMedia(), routesKeys(), routesOAuth())
}

func routesAccount() []route {
	return []route{
		public(get("/.well-known/matrix/client", (*Server).handleWellKnown)),
		public(get("versions", (*Server).handleVersions)),
		public(get("v3/login", (*Server).handleFlows)),
		public(post("v3/login", (*Server).handleLogin)),
		public(get("v3/login/sso/redirect", (*Server).handleSSO)),
		public(get("v3/login/sso/redirect/:idp", (*Server).handleSSO)),
		public(post("v3/refresh", (*Server).handleRefresh)),
		public(post("v3/register", (*Server).handleRegister)),
		poke("v3/logout", (*Server).handleLogout),
		poke("v3/logout/all", (*Server).handleLogoutAll),
		get("v3/account/whoami", (*Server).handleWhoami),
		get("v3/capabilities", (*Server).handleCapabilities),
		get("v3/pushrules", (*Server).handlePushRules),
		get("v3/pushrules/", (*Server).handlePushRules),
		get("v3/voip/turnServer", (*Server).handleEmpty),
		get("v3/devices", (*Server).handleDevices),
		get("v3/devices/:device", (*Server).handleDevice),
		put("v3/devices/:device", (*Server).handlePutDevice),
		del("v3/devices/:device", (*Server).handleDeleteDevice),
		post("v3/delete_devices", (*Server).handleDeleteDevices),
		get("v3/profile/:user", (*Server).handleProfile),
		get("v3/profile/:user/:field", (*Server).handleProfile),
		put("v3/profile/:user/:field", (*Server).handlePutProfile),
		del("v3/profile/:user/:field", (*Server).handleDeleteProfile),
		post("v3/user_directory/search", (*Server).handleUserSearch),
		put("v3/presence/:user/status", (*Server).handlePutPresence),
		get("v3/presence/:user/status", (*Server).handleGetPresence),
		post("v3/user/:user/filter", (*Server).handlePostFilter),
		get("v3/user/:user/filter/:filter", (*Server).handleGetFilter),
		get("v3/user/:user/account_data/:type", (*Server).handleGetData),
		put("v3/user/:user/account_data/:type", (*Server).handlePutData),
		get("v3/user/:user/rooms/:room/account_data/:type", (*Server).handleGetData),
		put("v3/user/:user/rooms/:room/account_data/:type", (*Server).handlePutData),
		get("v3/user/:user/rooms/:room/tags", (*Server).handleTags),
		put("v3/user/:user/rooms/:room/tags/:tag", (*Server).handleTag),
		del("v3/user/:user/rooms/:room/tags/:tag", (*Server).handleTag),
	}
}

func routesRooms() []route {
	return []route{
		get("v3/sync", (*Server).handleSync),
		post("v3/createRoom", (*Server).handleCreateRoom),
		poke("v3/join/:room", (*Server).handleJoin),
		poke("v3/rooms/:room/join", (*Server).handleJoin),
		post("v3/rooms/:room/invite", (*Server).handleInvite),
		post("v3/rooms/:room/kick", (*Server).handleKick),
		post("v3/rooms/:room/ban", (*Server).handleBan),
		post("v3/rooms/:room/unban", (*Server).handleUnban),
		poke("v3/rooms/:room/leave", (*Server).handleLeave),
		poke("v3/rooms/:room/forget", (*Server).handleForget),
		get("v3/joined_rooms", (*Server).handleJoinedRooms),
		get("v3/rooms/:room/members", (*Server).handleMembers),
		get("v3/rooms/:room/joined_members", (*Server).handleJoinedMembers),
		get("v3/rooms/:room/state", (*Server).handleAllState),
		get("v3/rooms/:room/state/:type", (*Server).handleGetState),
		get("v3/rooms/:room/state/:type/:key", (*Server).handleGetState),
		put("v3/rooms/:room/state/:type", (*Server).handlePutState),
		put("v3/rooms/:room/state/:type/:key", (*Server).handlePutState),
		put("v3/rooms/:room/send/:type/:txn", (*Server).handleSend),
		put("v3/rooms/:room/redact/:event/:txn", (*Server).handleRedact),
		get("v3/rooms/:room/messages", (*Server).handleMessages),
		get("v3/rooms/:room/event/:event", (*Server).handleEvent),
		get("v3/rooms/:room/context/:event", (*Server).handleContext),
		get("v1/rooms/:room/relations/:event", (*Server).handleRelations),
		get("v1/rooms/:room/relations/:event/:rel", (*Server).handleRelations),
		get("v1/rooms/:room/relations/:event/:rel/:type", (*Server).handleRelations),
		get("v1/rooms/:room/threads", (*Server).handleThreads),
		get("v1/rooms/:room/timestamp_to_event", (*Server).handleTimestamp),
		put("v3/rooms/:room/typing/:user", (*Server).handleTyping),
		poke("v3/rooms/:room/receipt/:kind/:event", (*Server).handleReceipt),
		post("v3/rooms/:room/read_markers", (*Server).handleReadMarkers),
		poke("v3/rooms/:room/report/:event", (*Server).handleReport),
		post("v3/rooms/:room/upgrade", (*Server).handleUpgrade),
		get("v3/rooms/:room/aliases", (*Server).handleRoomAliases),
		public(get("v3/directory/room/:alias", (*Server).handleGetAlias)),
		put("v3/directory/room/:alias", (*Server).handlePutAlias),
		del("v3/directory/room/:alias", (*Server).handleDeleteAlias),
		public(get("v3/publicRooms", (*Server).handlePublicRooms)),
		poke("v3/publicRooms", (*Server).handlePublicRooms),
	}
}

func routesMedia() []route {
	download := (*Server).handleDownload
	return []route{
		poke("/_matrix/media/v3/upload", (*Server).handleUpload),
		public(get("/_matrix/media/v3/download/:server/:media", download)),
		public(get("/_matrix/media/v3/download/:server/:media/:name", download)),
		public(get("/_matrix/media/v3/thumbnail/:server/:media", download)),
		get("/_matrix/media/v3/config", (*Server).handleMediaConfig),
		get("v1/media/download/:server/:media", download),
		get("v1/media/download/:server/:media/:name", download),
		get("v1/media/thumbnail/:server/:media", download),
		get("v1/media/config", (*Server).handleMediaConfig),
	}
}

func routesKeys() []route {
	keys := (*Server).handleBackupKeys
	return []route{
		post("v3/keys/upload", (*Server).handleKeysUpload),
		post("v3/keys/query", (*Server).handleKeysQuery),
		post("v3/keys/claim", (*Server).handleKeysClaim),
		get("v3/keys/changes", (*Server).handleKeysChanges),
		post("v3/keys/device_signing/upload", (*Server).handleSigningUpload),
		post("v3/keys/signatures/upload", (*Server).handleSignatures),
		put("v3/sendToDevice/:type/:txn", (*Server).handleToDevice),
		post("v3/room_keys/version", (*Server).handleNewBackup),
		get("v3/room_keys/version", (*Server).handleGetBackup),
		get("v3/room_keys/version/:version", (*Server).handleGetBackup),
		put("v3/room_keys/version/:version", (*Server).handlePutBackup),
		del("v3/room_keys/version/:version", (*Server).handleDeleteBackup),
		get("v3/room_keys/keys", keys), put("v3/room_keys/keys", keys), del("v3/room_keys/keys", keys),
		get("v3/room_keys/keys/:room", keys), put("v3/room_keys/keys/:room", keys), del("v3/room_keys/keys/:room", keys),
		get("v3/room_keys/keys/:room/:session", keys),
		put("v3/room_keys/keys/:room/:session", keys),
		del("v3/room_keys/keys/:room/:session", keys),
	}
}

func routesOAuth() []route {
	return []route{
		public(get("v1/auth_metadata", (*Server).handleAuthMetadata)),
		public(get("unstable/org.matrix.msc2965/auth_metadata", (*Server).handleAuthMetadata)),
		public(post("/oauth2/registration", (*Server).handleOAuthRegister)),
		public(poke("/oauth2/device", (*Server).handleOAuthDevice)),
		public(poke("/oauth2/token", (*Server).handleOAuthToken)),
		public(poke("/oauth2/revoke", (*Server).handleOAuthRevoke)),
	}
}
