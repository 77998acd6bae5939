package policyfile

import (
	"errors"
	"fmt"
	"strings"

	"github.com/signalbox-go/signalbox/internal/yamlfile"
	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// Load reads the policy in a file and checks it, see [chatops.Policy.Check]. The error names the file and everything that
// is wrong. A file that is empty or grants nobody anything is wrong too, since a bot that obeys nobody is of no use, and so
// is one that everybody on the machine may write.
func Load(path string) (chatops.Policy, error) {
	data, err := read(path)
	if err != nil {
		return chatops.Policy{}, fmt.Errorf("policyfile: %w", err)
	}
	return parse(path, data)
}

// parse reads the content of a file. Each problem is on a line of its own.
func parse(path string, data []byte) (chatops.Policy, error) {
	policy, err := decode(data)
	if err != nil {
		return chatops.Policy{}, fmt.Errorf("policyfile: %s: %s", path, strings.ReplaceAll(err.Error(), "\n", "\n"+path+": "))
	}
	return policy, nil
}

func decode(data []byte) (chatops.Policy, error) {
	var f file
	if err := yamlfile.Decode(data, &f); err != nil {
		return chatops.Policy{}, err
	}
	if len(f.Grants) == 0 {
		return chatops.Policy{}, errors.New("grants: nobody is granted anything")
	}
	if err := f.emptyLists(); err != nil {
		return chatops.Policy{}, err
	}
	policy := f.policy()
	return policy, policy.Check()
}
