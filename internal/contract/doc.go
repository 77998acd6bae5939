// Package contract holds the client and the fake Zulip server against things that this project did not write:
// Zulip's own OpenAPI description, and two clients of other people.
//
// It is a module of its own so that the validator it needs stays out of the module that users import.
// Run it with
//
//	go -C internal/contract test ./...
//
// Parts that are absent are skipped in one line; with SIGNALBOX_REQUIRE_REAL=1 the absence of the description and of
// zulip-js is a failure.
//
//	ZULIP_OPENAPI           file of the description (default: ../shared/spec/zulip.yaml beside the checkout,
//	                        or spec/zulip.yaml in the folder that SIGNALBOX_SHARED names); the description of an older
//	                        release, zulip-fl247.yaml, is looked for beside it
//	SIGNALBOX_ZULIP_JS      folder that holds node_modules/zulip-js, as "npm install zulip-js@2.1.0" makes it
//	SIGNALBOX_ZULIP_PYTHON  folder that holds the Python package zulip
//
// # The client
//
// client_tour_test.go calls every method of the client against the fake, through the validator.
// client_operations_test.go lists how the client does each operation of the description, and what it leaves to others;
// each is called once more with the description's own example as the answer, of two releases, and every field of the
// example has to make a difference to what the client returns: client_leftout_test.go has the exceptions.
//
// # The fake
//
// The other tours call every operation of the fake with hand-made requests, refusals included.
//
// zulip_recordings_test.go holds it against a real server: testdata/zulip-247.json has what a Zulip server of feature
// level 247 (9.0-dev) answered to a fixed story of requests about messages, people, channels, groups, files and events,
// refusals included; each request is played against the fake again and its answer compared in status, code, sentence and
// shape. zulip_recordings_exceptions_test.go has the differences, with their reasons. The client reads the same answers.
package contract
