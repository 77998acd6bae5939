//go:build goolm || libolm

package cryptostoretest

import (
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/id"
)

func accountCases() []testCase {
	return []testCase{
		{"account", func(p *probe) {
			if account := get[*crypto.OlmAccount](p, "account")(p.GetAccount(p.ctx)); account != nil {
				p.failf("an account in an empty store")
			}
			account := crypto.NewOlmAccount()
			p.write("put", p.PutAccount(p.ctx, account))
			for _, shared := range []bool{false, true} {
				got := get[*crypto.OlmAccount](p, "account")(p.GetAccount(p.ctx))
				p.equal("identity key", got.IdentityKey(), account.IdentityKey())
				p.equal("signing key", got.SigningKey(), account.SigningKey())
				p.equal("shared", got.Shared, shared)
				again := get[*crypto.OlmAccount](p, "account")(p.GetAccount(p.ctx))
				if again != got {
					p.failf("another pointer for the same account")
				}
				got.Shared, got.KeyBackupVersion = true, "3"
				p.write("put again", p.PutAccount(p.ctx, got))
			}
			p.equal("backup", get[*crypto.OlmAccount](p, "account")(p.GetAccount(p.ctx)).KeyBackupVersion, id.KeyBackupVersion("3"))
		}},
		{"account keeps its one-time keys", func(p *probe) {
			account := crypto.NewOlmAccount()
			p.ok("make", account.Internal.GenOneTimeKeys(5))
			want, err := account.Internal.OneTimeKeys()
			p.ok("keys", err)
			p.write("put", p.PutAccount(p.ctx, account))
			got, err := get[*crypto.OlmAccount](p, "account")(p.GetAccount(p.ctx)).Internal.OneTimeKeys()
			p.ok("keys", err)
			p.equal("keys", got, want)
		}},
		{"secrets", func(p *probe) {
			secret := get[string](p, "secret")
			p.equal("missing", secret(p.GetSecret(p.ctx, id.SecretXSMaster)), "")
			p.write("put", p.PutSecret(p.ctx, id.SecretXSMaster, "first"))
			p.write("put another", p.PutSecret(p.ctx, id.SecretMegolmBackupV1, "other"))
			p.write("put again", p.PutSecret(p.ctx, id.SecretXSMaster, "second"))
			p.equal("secret", secret(p.GetSecret(p.ctx, id.SecretXSMaster)), "second")
			p.write("delete", p.DeleteSecret(p.ctx, id.SecretXSMaster))
			p.write("delete again", p.DeleteSecret(p.ctx, id.SecretXSMaster))
			p.equal("deleted", secret(p.GetSecret(p.ctx, id.SecretXSMaster)), "")
			p.equal("other", secret(p.GetSecret(p.ctx, id.SecretMegolmBackupV1)), "other")
		}},
	}
}
