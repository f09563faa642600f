package box

import "reflect"

// Symbols are what lowered programs use of this package.
func Symbols() map[string]reflect.Value {
	return map[string]reflect.Value{
		"Types": reflect.ValueOf((*Types)(nil)), "Setup": reflect.ValueOf(Setup),
		"Get": reflect.ValueOf(Get), "Plain": reflect.ValueOf(Plain), "Value": reflect.ValueOf(Value), "Values": reflect.ValueOf(Values),
		"Equal": reflect.ValueOf(Equal), "DeepEqual": reflect.ValueOf(DeepEqual),
		"Error": reflect.ValueOf(Error), "Call": reflect.ValueOf(Call), "Missing": reflect.ValueOf(Missing),
		"Receiver": reflect.ValueOf(Receiver), "NilReceiver": reflect.ValueOf(NilReceiver), "Key": reflect.ValueOf(Key), "KeyIn": reflect.ValueOf(KeyIn),
		"Recovered": reflect.ValueOf(Recovered), "Length": reflect.ValueOf(Length), "Capacity": reflect.ValueOf(Capacity), "Index": reflect.ValueOf(Index), "Slice": reflect.ValueOf(Slice), "Slice3": reflect.ValueOf(Slice3),
		"Started": reflect.ValueOf(Started), "Store": reflect.ValueOf(Store), "Swap": reflect.ValueOf(Swap), "CompareAndSwap": reflect.ValueOf(CompareAndSwap),
		"Print": reflect.ValueOf(Print), "Sprint": reflect.ValueOf(Sprint), "Fprint": reflect.ValueOf(Fprint), "Append": reflect.ValueOf(Append),
		"Printf": reflect.ValueOf(Printf), "Sprintf": reflect.ValueOf(Sprintf), "Fprintf": reflect.ValueOf(Fprintf),
		"Errorf": reflect.ValueOf(Errorf), "Appendf": reflect.ValueOf(Appendf),
	}
}
