// Placeholder until its folder lands.
int main(void)
{
	return 1;
}
